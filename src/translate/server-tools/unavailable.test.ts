import { expect, test } from "vitest";
import { accumulate } from "../../messages/accumulate.ts";
import { countingIds } from "../answers.test.support.ts";
import { unavailableAnswer } from "./unavailable.ts";

test("a search that cannot be made is shown as made, with the reason in words", () => {
  const request = {
    model: "m",
    max_tokens: 9,
    messages: [{ role: "user" as const, content: "Find  the\nthing" }],
  };
  expect(
    accumulate(unavailableAnswer(request, { name: "web_search" }, "No way.", countingIds())),
  ).toMatchObject({
    model: "m",
    content: [
      { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: { query: "Find the thing" } },
      {
        type: "web_search_tool_result",
        tool_use_id: "srvtoolu_1",
        content: { type: "web_search_tool_result_error", error_code: "unavailable" },
      },
      { type: "text", text: "No way." },
    ],
    stop_reason: "end_turn",
    usage: { server_tool_use: { web_search_requests: 0, web_fetch_requests: 0 } },
  });
});

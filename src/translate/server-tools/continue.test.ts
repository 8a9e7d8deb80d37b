import { expect, test } from "vitest";
import type { MessagesRequest, ToolChoice } from "../../messages/types.ts";
import { continueRequest, type Step } from "./continue.ts";
import { failed } from "./outcome.ts";

const request: MessagesRequest = {
  model: "m",
  max_tokens: 100,
  messages: [{ role: "user", content: "q" }],
  tools: [{ type: "web_search_20250305", name: "web_search" }],
};
const call = { tool: "web_search", id: "srvtoolu_1", callId: "toolu_1", json: "{}" } as const;
const step: Step = {
  content: [
    {
      type: "tool_use",
      id: "toolu_1",
      name: "web_search",
      input: { query: "x" },
      caller: { type: "direct" },
    },
  ],
  results: [{ call, outcome: { kind: "hits", hits: [] } }],
  outputTokens: 30,
};

test("the next request holds what was said and what was found", () => {
  expect(continueRequest(request, step, false)).toEqual({
    ...request,
    max_tokens: 70,
    tool_choice: { type: "auto" },
    messages: [
      { role: "user", content: "q" },
      { role: "assistant", content: [{ ...step.content[0], id: "srvtoolu_1" }] },
      {
        role: "user",
        content: [{ type: "tool_result", tool_use_id: "srvtoolu_1", content: "Nothing was found." }],
      },
    ],
  });
});

test("a failure is one for the model too", () => {
  const { messages } = continueRequest(
    request,
    { ...step, results: [{ call, outcome: failed("unavailable", "W.") }] },
    false,
  );
  expect(messages.at(-1)).toEqual({
    role: "user",
    content: [{ type: "tool_result", tool_use_id: "srvtoolu_1", content: "unavailable: W.", is_error: true }],
  });
});

test.each<[given: ToolChoice | undefined, last: boolean, choice: ToolChoice]>([
  [undefined, false, { type: "auto" }],
  [{ type: "any" }, false, { type: "auto" }],
  [
    { type: "tool", name: "web_search", disable_parallel_tool_use: true },
    false,
    { type: "auto", disable_parallel_tool_use: true },
  ],
  [{ type: "auto" }, true, { type: "none" }],
])("after tool_choice %j, last step: %s", (given, last, choice) => {
  const asked = given === undefined ? request : { ...request, tool_choice: given };
  expect(continueRequest(asked, step, last).tool_choice).toEqual(choice);
});

test("a spent token limit still leaves one token", () => {
  expect(continueRequest(request, { ...step, outputTokens: 500 }, false).max_tokens).toBe(1);
});

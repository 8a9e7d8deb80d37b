import { expect, test } from "vitest";
import { failed, type Outcome, resultBlock, resultText } from "./outcome.ts";
import { packSnippet } from "./snippet.ts";

const hit = { url: "https://a.com", title: "T", text: "An excerpt.", pageAge: null };

test.each<[name: string, outcome: Outcome, content: unknown, text: string]>([
  [
    "hits",
    { kind: "hits", hits: [hit, { ...hit, pageAge: "May 2026", text: "" }] },
    [
      {
        type: "web_search_result",
        url: "https://a.com",
        title: "T",
        encrypted_content: packSnippet("An excerpt."),
        page_age: null,
      },
      expect.objectContaining({ page_age: "May 2026", encrypted_content: packSnippet("") }),
    ],
    "1. T\nhttps://a.com\nAn excerpt.\n\n2. T\nhttps://a.com\nMay 2026",
  ],
  ["no hits", { kind: "hits", hits: [] }, [], "Nothing was found."],
  [
    "a failure",
    failed("too_many_requests", "Slow down."),
    { type: "web_search_tool_result_error", error_code: "too_many_requests" },
    "too_many_requests: Slow down.",
  ],
])("%s of a search", (_name, outcome, content, text) => {
  expect(resultBlock("web_search", "srvtoolu_1", outcome)).toEqual({
    type: "web_search_tool_result",
    tool_use_id: "srvtoolu_1",
    content,
    caller: { type: "direct" },
  });
  expect(resultText(outcome)).toBe(text);
});

test("a page that was read", () => {
  const page: Outcome = {
    kind: "page",
    url: "https://a.com",
    title: null,
    text: "x",
    retrievedAt: "2026-01-01",
  };
  expect(resultBlock("web_fetch", "srvtoolu_1", page)).toMatchObject({
    type: "web_fetch_tool_result",
    content: {
      type: "web_fetch_result",
      url: "https://a.com",
      retrieved_at: "2026-01-01",
      content: {
        type: "document",
        source: { type: "text", media_type: "text/plain", data: "x" },
        title: null,
      },
    },
  });
  expect(resultText(page)).toBe("https://a.com\nx");
});

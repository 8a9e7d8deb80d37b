import { expect, test } from "vitest";
import { bodyOf } from "../requests.test.support.ts";
import { wellFormedJson } from "./well-formed.ts";

test.each<[what: string, text: string, sent: string]>([
  ["the first half of a pair", "cut \ud83d", "cut \ufffd"],
  ["the second half", "\ude00 cut", "\ufffd cut"],
  ["two first halves", "\ud83d\ud83d", "\ufffd\ufffd"],
  ["a whole pair", "😀", "😀"],
  ["an escape that is text", String.raw`"\ud83d"`, String.raw`"\ud83d"`],
  ["one behind a backslash", "\\\ud83d", "\\\ufffd"],
])("%s", (_what, text, sent) => {
  expect(JSON.parse(wellFormedJson(JSON.stringify({ text })))).toEqual({ text: sent });
});

test("no half of a pair reaches an OpenAI-compatible server", () => {
  const body = bodyOf("openai", { messages: [{ role: "user", content: "cut \ud83d" }] });
  expect(body["messages"]).toEqual([{ role: "user", content: "cut \ufffd" }]);
});

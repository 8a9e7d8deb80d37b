import { expect, test } from "vitest";
import { splitBytes } from "../../wire/chunks.ts";
import type { UpstreamDelta } from "../delta.ts";
import { createOllamaDecoder } from "./decode.ts";

function decode(text: string, split: "whole" | "byte"): UpstreamDelta[] {
  const decoder = createOllamaDecoder();
  const deltas = splitBytes(new TextEncoder().encode(text), split).flatMap((chunk) => decoder.push(chunk));
  return [...deltas, ...decoder.end()];
}

const line = (message: object, rest: object = { done: false }): string =>
  `${JSON.stringify({ model: "m", message, ...rest })}\n`;
const end: UpstreamDelta[] = [{ kind: "finish", reason: "stop" }, { kind: "done" }];

test.each<[string, string, UpstreamDelta[]]>([
  [
    "text",
    line({ content: "é" }) + line({ content: "" }, { done: true, done_reason: "stop" }),
    [{ kind: "text", text: "é" }, ...end],
  ],
  [
    "blank lines, CRLF, no newline at the end",
    `\r\n\n${line({ content: "a" })}\r\n${line({ content: "" }, { done: true }).trim()}`,
    [{ kind: "text", text: "a" }, ...end],
  ],
  ["thinking", line({ content: "", thinking: "r" }), [{ kind: "reasoning", text: "r" }]],
  [
    "text and calls in one line",
    line({ content: "a", tool_calls: [{ id: "x", function: { index: 0, name: "f", arguments: {} } }] }),
    [
      { kind: "text", text: "a" },
      { kind: "call", whole: true, id: "x", name: "f", arguments: "{}" },
    ],
  ],
  [
    "arguments as they were",
    '{"message":{"content":"","tool_calls":[{"function":{"name":"f","arguments":{"z":9007199254740993,"a":"\\u003c"}}}]},"done":false}\n',
    [{ kind: "call", whole: true, name: "f", arguments: '{"z":9007199254740993,"a":"\\u003c"}' }],
  ],
  [
    "usage",
    line({ content: "" }, { done: true, done_reason: "length", prompt_eval_count: 5, eval_count: 2 }),
    [
      { kind: "usage", usage: { promptTokens: 5, completionTokens: 2 } },
      { kind: "finish", reason: "length" },
      { kind: "done" },
    ],
  ],
  [
    "an error line",
    `${line({ content: "a" })}{"error":"boom"}\n`,
    [
      { kind: "text", text: "a" },
      { kind: "error", message: "boom" },
    ],
  ],
  ["not done", '{"message":{"content":"a"},"done":false}', [{ kind: "text", text: "a" }]],
  ["HTML", "<html>\n", [{ kind: "garbage", excerpt: "<html>" }]],
  ["other JSON", '{"status":"success"}\n', [{ kind: "garbage", excerpt: '{"status":"success"}' }]],
])("%s", (_title, text, deltas) => {
  expect(decode(text, "whole")).toEqual(deltas);
  expect(decode(text, "byte")).toEqual(deltas);
});

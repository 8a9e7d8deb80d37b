import { expect, test } from "vitest";
import { toolCall, toolCalls } from "../pieces.ts";
import { createFragmentReader, type Fragment } from "./fragments.ts";

function read(pieces: readonly string[], tools = true): Fragment[] {
  const reader = createFragmentReader(tools, true);
  return [...pieces.flatMap((piece) => reader.push(piece)), ...reader.end()];
}

/** Calls with their arguments put together, text in one. */
function summary(fragments: readonly Fragment[]): string[] {
  const out: string[] = [];
  for (const fragment of fragments) {
    if (fragment.type === "call") out.push(`${fragment.name}(`);
    else if (fragment.type === "arguments") out.push(`${out.pop() ?? ""}${fragment.text}`);
    else out.push(fragment.text);
  }
  return out;
}

test("arguments come in pieces and stay as the model wrote them", () => {
  const args = { command: 'echo "}" </tool', description: "日本 😀" };
  const fragments = read(toolCall("Bash", args));
  expect(summary(fragments)).toEqual([`Bash(${JSON.stringify(args)}`]);
  expect(fragments.filter((fragment) => fragment.type === "arguments").length).toBeGreaterThan(2);
});

test.each<[string, string[], string[]]>([
  ["text around calls", ["a ", ...toolCall("X", {}), " b"], ["a ", "X({}", " b"]],
  ["two calls", toolCalls(["X", { a: 1 }], ["Y", {}]), ['X({"a":1}', "\n", "Y({}"]],
  ["broken arguments", ['<tool_call>{"name": "X", "arguments": {"a": "b}}</tool_call>'], ['X({"a": "b}']],
  ["no arguments", ['<tool_call>\n{"name": "X"}\n</tool_call>'], ["X({}"]],
  ["arguments as a string", ['<tool_call>{"name":"X","arguments":"{}"}</tool_call>'], ['X("{}"']],
  ["no call inside the tag", ["<tool_call>hm</tool_call>"], ["<tool_call>hm</tool_call>"]],
  ["thinking first", ["<think>\nhm", "</think>\n", "a"], ["hm", "a"]],
])("%s", (_, pieces, wanted) => {
  expect(summary(read(pieces))).toEqual(wanted);
});

test("without tools a call is text", () => {
  expect(summary(read(["<tool_call>x"], false))).toEqual(["<tool_call>x"]);
});

import { expect, test } from "vitest";
import { createGoToolReader } from "./go-tool-reader.ts";
import { createThinkReader } from "./think-reader.ts";

function think(...pieces: string[]): [thinking: string, content: string][] {
  const reader = createThinkReader();
  return pieces.map((piece) => {
    const { thinking, content } = reader.push(piece);
    return [thinking, content];
  });
}

test.each<[string, [string, string, string][]]>([
  [
    "thinking, then text",
    [
      ["<think>\n a", "a", ""],
      ["b\n", "b\n", ""],
      ["</think>\n\n", "", ""],
      [" T", "", "T"],
    ],
  ],
  [
    "tags cut over tokens",
    [
      ["<th", "", ""],
      ["ink>x</th", "x", ""],
      ["ink>y", "", "y"],
    ],
  ],
  [
    "a tag that begins but is none",
    [
      ["<the", "", "<the"],
      ["<think>", "", "<think>"],
    ],
  ],
  [
    "white space before the tag",
    [
      ["\n", "", ""],
      ["<think>a", "a", ""],
    ],
  ],
  [
    "late thinking is text",
    [
      ["x", "", "x"],
      ["<think>", "", "<think>"],
    ],
  ],
  [
    "a closing tag that is none",
    [
      ["<think>a </th", "a ", ""],
      ["is", "</this", ""],
    ],
  ],
])("%s", (_, steps) => {
  expect(think(...steps.map(([piece]) => piece))).toEqual(
    steps.map(([, thinking, content]) => [thinking, content]),
  );
});

test.each<[string, string[], string, number]>([
  ["text passes", ["Hello", " you"], "Hello you", 0],
  ["a call ends the text", ["Hi <tool_call>", '{"name":"Bash","arguments":{}}</tool_call> bye'], "Hi ", 1],
  ["a tag cut over tokens", ["Hi <tool", "_call>Bash {}"], "Hi ", 1],
  ["a held beginning that was none", ["a <", "b"], "a <b", 0],
  ["a held beginning at the end is lost", ["less is <"], "less is ", 0],
  ["two calls", ['<tool_call>Bash {"a":1}', '<tool_call>Bash {"a":2}'], "", 2],
])("%s", (_, pieces, content, calls) => {
  const reader = createGoToolReader(["Bash"]);
  const read = pieces.map((piece) => reader.push(piece));
  expect(read.map((part) => part.content).join("")).toBe(content);
  expect(read.flatMap((part) => part.calls)).toHaveLength(calls);
});

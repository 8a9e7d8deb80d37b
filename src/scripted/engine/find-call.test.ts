import { expect, test } from "vitest";
import { findCall } from "./find-call.ts";

const NAMES = ["Bash", "Read", "BashOutput"];

test.each<[string, string, unknown]>([
  ["a call", '<tool_call>\n{"name": "Bash", "arguments": {"command": "ls"}}', { command: "ls" }],
  ["parameters instead of arguments", '{"name": "Bash", "parameters": {"a": 1}}', { a: 1 }],
  ["arguments as a JSON string", '{"name": "Bash", "arguments": "{\\"a\\": 1}"}', { a: 1 }],
  ["the tool's name as a key", '{"Bash": {"a": 1}}', { a: 1 }],
  ["a call inside a list", '{"calls": [{"name": "Bash", "arguments": {"a": 1}}]}', { a: 1 }],
  ["prose with a name and an object", 'the word Bash, then {"command": "rm"} for example', { command: "rm" }],
  ["an object behind a broken one", '{"name": "Bash", x} {"a": 1}', { a: 1 }],
  ["braces in strings", '{"name": "Bash", "arguments": {"c": "}{\\"}"}}', { c: '}{"}' }],
])("%s is found", (_, text, args) => {
  expect(findCall(text, NAMES)?.call).toEqual({ name: "Bash", arguments: args });
});

test.each<[string, string]>([
  ["no declared name", '{"name": "Nope", "arguments": {}}'],
  ["no object", "Bash is a shell."],
  ["no arguments", '{"name": "Bash"}'],
  ["arguments in a list", '{"name": "Bash", "arguments": ["ls"]}'],
  ["an unfinished object", '{"name": "Bash", "arguments": {"a": 1}'],
  ["a string that never ends", '{"name": "Bash", "arguments": {"command": "ls -la}}'],
  ["the beginning of a name at the end", '{"name": "Bash", "arguments": {}} Bash'],
])("%s is no call", (_, text) => {
  expect(findCall(text, NAMES)).toBeNull();
});

test("the text behind a call is told by its place", () => {
  const text = '{"name": "Read", "arguments": {}} rest';
  expect(text.slice(findCall(text, NAMES)?.end)).toBe(" rest");
});

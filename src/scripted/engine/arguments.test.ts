import { expect, test } from "vitest";
import type { ScriptedModelInfo } from "../options.ts";
import { type Chat, EngineFailure, type Line } from "./engine.ts";
import { jinjaEngine } from "./jinja.ts";
import { parserEngine } from "./parser.ts";

const MODEL: ScriptedModelInfo = { name: "m", capabilities: ["completion", "tools", "thinking"] };
const CHAT: Chat = {
  messages: [],
  tools: [{ name: "Bash", description: "", parameters: {} }],
  think: undefined,
  format: undefined,
  stop: [],
  numPredict: undefined,
  numCtx: undefined,
  truncate: true,
  shift: true,
};

// As a real Ollama answered to the scripted GGUF.

test.each([
  ["an array", "[1]"],
  ["a number", "5"],
  ["a boolean", "true"],
  ["a string", '"x"'],
])("parser: arguments that are %s end the answer", (_kind, args) => {
  const reader = parserEngine.reader(CHAT, MODEL);
  expect(() => reader.push(`<tool_call>\n{"name": "Bash", "arguments": ${args}}\n</tool_call>`)).toThrow(
    new EngineFailure("failed to parse JSON: Value looks like object, but can't find closing '}' symbol"),
  );
});

test("parser: arguments that are null stay null", () => {
  const lines = parserEngine
    .reader(CHAT, MODEL)
    .push('<tool_call>\n{"name": "Bash", "arguments": null}\n</tool_call>');
  expect(lines).toEqual<Line[]>([{ content: "", thinking: "", calls: [{ name: "Bash", arguments: null }] }]);
});

test("jinja: a token that ends a thought and begins the answer makes two lines", () => {
  const reader = jinjaEngine.reader(CHAT, MODEL);
  reader.push("<think>\nIt worked.");
  expect(reader.push("\n</think>\n\nAll ")).toEqual<Line[]>([
    { content: "", thinking: "\n", calls: [] },
    { content: "All ", thinking: "", calls: [] },
  ]);
});

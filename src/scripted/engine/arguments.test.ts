import { expect, test } from "vitest";
import type { ScriptedModelInfo } from "../options.ts";
import { goJson } from "../go-json.ts";
import { type Chat, type Engine, EngineFailure, type Line } from "./engine.ts";
import { goEngine } from "./go.ts";
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

const GIVEN = '{"z":1,"a":{"y":-0,"b":[{"q":1,"p":2}]},"10":9007199254740993,"2":1.10}';

function callsOf(engine: Engine, args: string): string[] {
  const reader = engine.reader(CHAT, MODEL);
  const lines = [
    ...reader.push(`<tool_call>\n{"name": "Bash", "arguments": ${args}}\n</tool_call>`),
    reader.end("stop"),
  ];
  return lines.flatMap(({ calls }) => calls.map((call) => goJson(call.arguments)));
}

test.each([
  // A real one gives them in any order.
  ["go", goEngine, '{"10":9007199254740992,"2":1.1,"a":{"b":[{"p":2,"q":1}],"y":-0},"z":1}'],
  ["jinja", jinjaEngine, '{"z":1,"a":{"b":[{"p":2,"q":1}],"y":-0},"10":9007199254740992,"2":1.1}'],
  ["parser", parserEngine, '{"z":1,"a":{"b":[{"p":2,"q":1}],"y":-0},"10":9007199254740992,"2":1.1}'],
])("%s: numbers become doubles; keys below the arguments are sorted", (_mode, engine, args) => {
  expect(callsOf(engine, GIVEN)).toEqual([args]);
});

test("a number that no double holds: the call vanishes, or the answer fails", () => {
  const into = (what: string): string =>
    `json: cannot unmarshal number 1e400 into Go ${what} of type float64`;
  expect(callsOf(goEngine, '{"n":1e400}')).toEqual([]);
  expect(() => callsOf(parserEngine, '{"n":[1e400]}')).toThrow(
    new EngineFailure(`failed to parse JSON: ${into("struct field .arguments")}`),
  );
  expect(() => callsOf(jinjaEngine, '{"n":1e400}')).toThrow(
    new EngineFailure(`llama-server returned invalid tool call arguments for "Bash": ${into("value")}`),
  );
});

test("jinja: a token that ends a thought and begins the answer makes two lines", () => {
  const reader = jinjaEngine.reader(CHAT, MODEL);
  reader.push("<think>\nIt worked.");
  expect(reader.push("\n</think>\n\nAll ")).toEqual<Line[]>([
    { content: "", thinking: "\n", calls: [] },
    { content: "All ", thinking: "", calls: [] },
  ]);
});

import { describe } from "vitest";
import { end, testRows, text } from "../answers.test.support.ts";

const LS = '{"name": "Bash", "arguments": {"command":"ls"}}';
const MIXED = { toolChoice: "json", mayAnswer: true, salvage: false } as const;

describe("an answer that is a call or the client's own JSON", () => {
  testRows([
    ["a call", [text(LS), ...end("stop")], ['call toolu_1 Bash {"command":"ls"}', "stop tool_use"], MIXED],
    ["its JSON", [text('{"a"'), text(": 1}"), ...end("stop")], ['text {"a": 1}', "stop end_turn"], MIXED],
    [
      "its JSON, which looks like a call",
      [text('{"name": "Ann", "arguments": {}}'), ...end("stop")],
      ['text {"name": "Ann", "arguments": {}}', "stop end_turn"],
      MIXED,
    ],
    ["its JSON, cut", [text('{"a": 1'), ...end("length")], ['text {"a": 1', "stop max_tokens"], MIXED],
    [
      "its JSON, with a stop sequence within",
      [text('{"a": 1, "b": 2}'), ...end("stop")],
      ['text {"a": 1', "stop stop_sequence ,"],
      { ...MIXED, stopSequences: [","] },
    ],
    [
      "a call where one is forced",
      [text(LS), ...end("stop")],
      ['call toolu_1 Bash {"command":"ls"}', "stop tool_use"],
      { toolChoice: "json", salvage: false },
    ],
    [
      "other JSON where a call is forced",
      [text('{"a": 1}'), ...end("stop")],
      [/^error api_error: .*did not keep to the format/],
      { toolChoice: "json", salvage: false },
    ],
  ]);
});

import { expect, test } from "vitest";
import { parseJson } from "../wire/json.ts";
import { encodeEvent } from "./encode.ts";

test("a named frame with one data line and a blank line", () => {
  expect(encodeEvent({ type: "message_stop" })).toBe(
    'event: message_stop\ndata: {"type":"message_stop"}\n\n',
  );
});

test("text cannot break the frame", () => {
  const text = 'a\r\n\nevent: ping\ndata: x\u2028\u0000"\\';
  const frame = encodeEvent({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } });
  const lines = frame.split(/\r\n|\r|\n/);
  expect(lines).toHaveLength(4);
  expect(JSON.parse(lines[1]?.slice("data: ".length) ?? "")).toMatchObject({ delta: { text } });
});

test("a lone surrogate is escaped", () => {
  const frame = encodeEvent({
    type: "content_block_delta",
    index: 0,
    delta: { type: "text_delta", text: "\ud83d" },
  });
  expect(frame).toContain("\\ud83d");
});

test("numbers that a double cannot hold are written as they were read", () => {
  const input = parseJson('{"n":9007199254740993}');
  const frame = encodeEvent({
    type: "content_block_start",
    index: 0,
    content_block: {
      type: "server_tool_use",
      id: "s",
      name: "web_search",
      input,
      caller: { type: "direct" },
    },
  });
  expect(frame).toContain('"input":{"n":9007199254740993}');
});

test.each([
  { type: "text_delta", text: 'a"\n\u2028\ud800' },
  { type: "thinking_delta", thinking: "\\" },
  { type: "input_json_delta", partial_json: '{"a":"\r\n' },
  { type: "signature_delta", signature: "s" },
] as const)("$type is written as JSON.stringify writes it", (delta) => {
  const event = { type: "content_block_delta", index: 3, delta } as const;
  expect(encodeEvent(event)).toBe(`event: content_block_delta\ndata: ${JSON.stringify(event)}\n\n`);
});

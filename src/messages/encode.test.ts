import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseJson } from "../wire/json.ts";
import { encodeEvent, EventEncoder } from "./encode.ts";
import type { BlockDelta, MessageEvent } from "./types.ts";

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

describe("an encoder writes each event as encodeEvent does", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("a", "\r\n", "\u2028", "\ud800", '{"a":"\\\\'),
  );
  const delta = text.chain((text) =>
    fc.constantFrom<BlockDelta>(
      { type: "text_delta", text },
      { type: "thinking_delta", thinking: text },
      { type: "input_json_delta", partial_json: text },
      { type: "signature_delta", signature: text },
    ),
  );
  const event = fc.oneof(
    fc.record({ type: fc.constant("content_block_delta" as const), index: fc.nat(20), delta }),
    fc.constantFrom<MessageEvent>({ type: "ping" }, { type: "content_block_stop", index: 1 }),
  );

  test("whatever is in it and came before", () => {
    const encoder = new EventEncoder();
    fc.assert(
      fc.property(fc.array(event), (events) => {
        for (const each of events) encoder.event(each);
        expect(Buffer.from(encoder.take()).toString()).toBe(events.map(encodeEvent).join(""));
      }),
    );
  });

  test("with text in between", () => {
    const encoder = new EventEncoder();
    encoder.text(": é\n\n");
    encoder.event({ type: "ping" });
    expect(Buffer.from(encoder.take()).toString()).toBe(`: é\n\n${encodeEvent({ type: "ping" })}`);
    expect(encoder.take()).toHaveLength(0);
  });
});

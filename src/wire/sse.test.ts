import { createParser } from "eventsource-parser";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { chunksAt } from "./chunks.ts";
import { encodeComment, encodeSse, SseDecoder, type SseFrame } from "./sse.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function decode(chunks: Uint8Array[]): SseFrame[] {
  const decoder = new SseDecoder();
  return [...chunks.flatMap((chunk) => decoder.push(chunk)), ...decoder.end()];
}

function oracle(text: string): SseFrame[] {
  const frames: SseFrame[] = [];
  const parser = createParser({
    onEvent: ({ event, data }) => frames.push({ event: event ?? null, data }),
  });
  parser.feed(text);
  return frames;
}

const frame = (data: string, event: string | null = null): SseFrame => ({ event, data });

test.each<[name: string, text: string, frames: SseFrame[]]>([
  ["event and data", "event: ping\ndata: {}\n\n", [frame("{}", "ping")]],
  ["no space after the colon", "event:ping\ndata:{}\n\n", [frame("{}", "ping")]],
  ["only one space is dropped", "data:  a\n\n", [frame(" a")]],
  ["several data lines", "data: a\ndata:\ndata: b\n\n", [frame("a\n\nb")]],
  ["data without a colon", "data\n\n", [frame("")]],
  ["CRLF", "event: ping\r\ndata: {}\r\n\r\n", [frame("{}", "ping")]],
  ["CR", "data: a\r\rdata: b\r\r", [frame("a"), frame("b")]],
  ["comments", ": hi\n\ndata: a\n:\ndata: b\n\n", [frame("a\nb")]],
  ["id, retry and unknown fields", "id: 1\nretry: 3\nfoo: x\ndata: a\n\n", [frame("a")]],
  ["an event without data is nothing, and its name is forgotten", "event: x\n\ndata: a\n\n", [frame("a")]],
  ["a last frame without a blank line", "data: a\n\ndata: b", [frame("a"), frame("b")]],
  ["a last frame without a blank line, but with its line end", "data: b\n", [frame("b")]],
  ["byte order mark", "\uFEFFdata: a\n\n", [frame("a")]],
  ["a field with a leading space is unknown", " data: a\n\n", []],
  ["the last event name counts", "event: x\nevent: y\ndata: a\n\n", [frame("a", "y")]],
])("%s", (_name, text, frames) => {
  expect(decode([bytesOf(text)])).toEqual(frames);
});

const line = fc.oneof(
  fc.constantFrom(
    "data: a",
    "data:b",
    "data",
    "event: x",
    "event:y",
    "event",
    "id: 1",
    "retry: 5",
    ": c",
    ":",
  ),
  fc.string({ unit: fc.constantFrom("d", ":", " ", "é", "🗼", "x") }),
);
const lineEnd = fc.constantFrom("\n", "\r\n", "\r", "\n\n", "\r\n\r\n", "\r\r");
const stream = fc
  .array(fc.tuple(line, lineEnd).map(([line, end]) => line + end))
  .map((lines) => lines.join(""));

test("frames are those of eventsource-parser", () => {
  // A blank line at the very end, so that the oracle delivers the last frame too.
  fc.assert(
    fc.property(stream, (text) => {
      expect(decode([bytesOf(`${text}\n\n`)])).toEqual(oracle(`${text}\n\n`));
    }),
  );
});

test("any cuts of the bytes give the same frames", () => {
  fc.assert(
    fc.property(stream, fc.array(fc.nat(200)), (text, cuts) => {
      const bytes = bytesOf(text);
      const sorted = cuts.toSorted((a, b) => a - b);
      expect(decode(chunksAt(bytes, sorted))).toEqual(decode([bytes]));
    }),
  );
});

test("what encodeSse writes is read back", () => {
  expect(encodeSse("ping", '{"type":"ping"}')).toBe('event: ping\ndata: {"type":"ping"}\n\n');
  const data = fc.string({ unit: fc.constantFrom("a", "\n", " ", ":", "日") });
  fc.assert(
    fc.property(data, (data) => {
      expect(decode([bytesOf(encodeSse("e", data))])).toEqual([frame(data, "e")]);
    }),
  );
});

test("a comment is no frame, whatever it holds", () => {
  expect(encodeComment("note truncated")).toBe(": note truncated\n\n");
  expect(decode([bytesOf(encodeComment("a\ndata: b\r\n\r\ndata: c"))])).toEqual([]);
});

import { expect, test } from "vitest";
import { StreamTail } from "./stream-tail.ts";

const SSE = "text/event-stream; charset=utf-8";
const STOP = 'event: message_stop\ndata: {"type":"message_stop"}\n\n';
const DELTA = 'event: content_block_delta\ndata: {"type":"content_block_delta"}\n\n';

test.each([
  ["nothing", SSE, [], false, true],
  ["a whole stream", SSE, [DELTA, STOP], true, true],
  ["an error event", SSE, [DELTA, 'event: error\ndata: {"type":"error"}\n\n'], true, true],
  ["no event names", SSE, ['data: {"type":"message_stop"}\n\n'], true, true],
  ["byte by byte", SSE, (DELTA + STOP).split(""), true, true],
  ["CRLF", SSE, [STOP.replaceAll("\n", "\r\n")], true, true],
  ["ended between events", SSE, [DELTA], false, true],
  ["cut in an event", SSE, [DELTA, DELTA.slice(0, 30)], false, false],
  ["the word in a text", SSE, ['data: {"text":"event: message_stop"}\n\n'], false, true],
  ["a long event before the end", SSE, [`data: ${"x".repeat(5000)}\n\n`, STOP], true, true],
  ["JSON", "application/json", ["{}"], true, false],
  ["no type", undefined, ["x"], true, false],
])("%s", (_name, type, pieces, isWell, isBetweenEvents) => {
  const tail = new StreamTail(type);
  for (const piece of pieces) tail.push(Buffer.from(piece));
  expect({ isWell: tail.isWell, isBetweenEvents: tail.isBetweenEvents }).toEqual({ isWell, isBetweenEvents });
});

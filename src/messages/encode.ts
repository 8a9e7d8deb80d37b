import { stringifyJson } from "../wire/json.ts";
import { encodeSse } from "../wire/sse.ts";
import type { BlockDelta, MessageEvent } from "./types.ts";

/**
 * The event as one named server-sent event; its name is its `type`. A lone surrogate leaves as a
 * JSON escape, never as bytes that are not UTF-8.
 *
 * Source: https://docs.anthropic.com/en/api/messages-streaming
 */
export function encodeEvent(event: MessageEvent): string {
  if (event.type !== "content_block_delta") return encodeSse(event.type, stringifyJson(event));
  return `${DELTA}${event.index},"delta":${encodeDelta(event.delta)}}\n\n`;
}

const DELTA = 'event: content_block_delta\ndata: {"type":"content_block_delta","index":';

/** `JSON.stringify` by hand: almost every event is one of these, and it is three times as fast. */
function encodeDelta(delta: BlockDelta): string {
  if (delta.type === "text_delta") return `{"type":"text_delta","text":${JSON.stringify(delta.text)}}`;
  if (delta.type === "thinking_delta")
    return `{"type":"thinking_delta","thinking":${JSON.stringify(delta.thinking)}}`;
  if (delta.type === "input_json_delta")
    return `{"type":"input_json_delta","partial_json":${JSON.stringify(delta.partial_json)}}`;
  return stringifyJson(delta);
}

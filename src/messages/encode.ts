import { stringifyJson } from "../wire/json.ts";
import { encodeSse } from "../wire/sse.ts";
import type { MessageEvent } from "./types.ts";

/**
 * The event as one named server-sent event; its name is its `type`. A lone surrogate leaves as a
 * JSON escape, never as bytes that are not UTF-8.
 *
 * Source: https://docs.anthropic.com/en/api/messages-streaming
 */
export function encodeEvent(event: MessageEvent): string {
  return encodeSse(event.type, stringifyJson(event));
}

import type { Finding } from "./finding.ts";
import { fault, isCount, isObject, type Json, objectAt, type Stream, type StreamEvent } from "./stream.ts";

const NO_EVENT = "no events at all";

/**
 * SC3: exactly one `message_start`, first (pings and unknown events aside); exactly one
 * `message_stop`, last; then the end of the body. After an `error` SC15 judges the end.
 *
 * Source: https://docs.anthropic.com/en/api/messages-streaming
 */
export function checkOrder({ events, errors }: Stream, eof: boolean): Finding[] {
  if (events.length === 0) return [fault("SC3", NO_EVENT, undefined)];
  const failed = errors.length > 0;
  return [...checkStarts(events, failed), ...(failed ? [] : checkStops(events)), ...checkEof(events, eof)];
}

function checkStarts(events: StreamEvent[], failed: boolean): Finding[] {
  const [first, second] = events.filter(({ type }) => type === "message_start");
  const content = events.find(({ type }) => /^(message|content_block)_/.test(type));
  if (first === undefined) {
    // An error may come before anything else was said.
    return failed && content === undefined ? [] : [fault("SC3", "no message_start", content ?? events[0])];
  }
  if (second !== undefined) return [fault("SC3", "a second message_start", second)];
  return content === first ? [] : [fault("SC3", `${content?.type} before message_start`, content)];
}

function checkStops(events: StreamEvent[]): Finding[] {
  const stops = events.filter(({ type }) => type === "message_stop");
  const [stop] = stops;
  if (stop === undefined) return [fault("SC3", "no message_stop", events.at(-1))];
  const after = events[stop.at + 1];
  if (after === undefined) return [];
  return [
    fault("SC3", stops.length > 1 ? "a second message_stop" : `${after.type} after message_stop`, after),
  ];
}

function checkEof(events: StreamEvent[], eof: boolean): Finding[] {
  return eof ? [] : [fault("SC3", "the body did not end after its last event", events.at(-1))];
}

/**
 * SC4: `message_start.message` is complete: id, type, role, model, `content: []`, `stop_reason` and
 * `stop_sequence` null, token counts that are integers.
 *
 * Source: `RawMessageStartEvent` of `@anthropic-ai/sdk`; https://docs.anthropic.com/en/api/messages-streaming
 */
export function checkStart({ start }: Stream): Finding[] {
  if (start === undefined) return [];
  const message = start.body["message"];
  if (!isObject(message)) return [fault("SC4", "message_start without a message", start)];
  return startFaults(message).map((problem) => fault("SC4", `message_start.message.${problem}`, start));
}

function startFaults(message: Json): string[] {
  const usage = objectAt(message, "usage");
  const { content } = message;
  const checks: [boolean, string][] = [
    [isName(message["id"]), "id is not a non-empty string"],
    [message["type"] === "message", 'type is not "message"'],
    [message["role"] === "assistant", 'role is not "assistant"'],
    [isName(message["model"]), "model is not a non-empty string"],
    [Array.isArray(content) && content.length === 0, "content is not []"],
    [message["stop_reason"] === null, "stop_reason is not null"],
    [message["stop_sequence"] === null, "stop_sequence is not null"],
    [isCount(usage["input_tokens"]), "usage.input_tokens is not an integer"],
    [isCount(usage["output_tokens"]), "usage.output_tokens is not an integer"],
  ];
  return checks.filter(([holds]) => !holds).map(([, problem]) => problem);
}

export function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

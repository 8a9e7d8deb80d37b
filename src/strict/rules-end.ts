import type { Finding } from "./finding.ts";
import { hasWholeInput, isToolCall } from "./rules-content.ts";
import { isName } from "./rules-message.ts";
import { fault, isCount, isObject, type Json, objectAt, type Stream, type StreamEvent } from "./stream.ts";

const STOP_REASONS = new Set<unknown>([
  "end_turn",
  "max_tokens",
  "stop_sequence",
  "tool_use",
  "pause_turn",
  "refusal",
  "model_context_window_exceeded",
]);

export function isStopReason(value: unknown): boolean {
  return STOP_REASONS.has(value);
}

/**
 * SC12: there is a `message_delta`, and the last one has a known `stop_reason`, the key `stop_sequence`
 * and `usage.output_tokens`. That it follows the last block is what SC8 says.
 *
 * Source: `RawMessageDeltaEvent` of `@anthropic-ai/sdk`; https://docs.anthropic.com/en/api/handling-stop-reasons
 */
export function checkEnd({ events, messageDeltas, errors }: Stream): Finding[] {
  if (errors.length > 0) return [];
  const last = messageDeltas.at(-1);
  if (last === undefined)
    return events.length === 0 ? [] : [fault("SC12", "no message_delta", events.at(-1))];
  const delta = objectAt(last.body, "delta");
  if (!isStopReason(delta["stop_reason"])) {
    return [fault("SC12", `stop_reason is ${JSON.stringify(delta["stop_reason"])}`, last)];
  }
  if (!("stop_sequence" in delta)) return [fault("SC12", "no stop_sequence key", last)];
  const hasOutput = isCount(objectAt(last.body, "usage")["output_tokens"]);
  return hasOutput ? [] : [fault("SC12", "usage.output_tokens is not an integer", last)];
}

/**
 * SC13: usage is cumulative. `output_tokens` never falls, `input_tokens` is never 0 after a positive
 * value (it may settle on another one: servers start with an estimate), no count is negative.
 *
 * Source: https://docs.anthropic.com/en/api/messages-streaming ("token counts … are cumulative")
 */
export function checkUsage({ start, messageDeltas }: Stream): Finding[] {
  const reports: [StreamEvent, Json][] = messageDeltas.map((event) => [event, objectAt(event.body, "usage")]);
  if (start !== undefined) reports.unshift([start, objectAt(objectAt(start.body, "message"), "usage")]);
  let input = 0;
  let output = 0;
  return reports.flatMap(([event, usage]) => {
    const negative = Object.entries(usage).find(([, value]) => typeof value === "number" && value < 0);
    if (negative !== undefined) return [fault("SC13", `${negative[0]} is negative`, event)];
    const found: Finding[] = [];
    const { input_tokens, output_tokens } = usage;
    if (input_tokens === 0 && input > 0)
      found.push(fault("SC13", `input_tokens falls from ${input} to 0`, event));
    if (isCount(output_tokens) && output_tokens < output) {
      found.push(fault("SC13", `output_tokens falls from ${output} to ${output_tokens}`, event));
    }
    if (isCount(input_tokens)) input = Math.max(input, input_tokens);
    if (isCount(output_tokens)) output = Math.max(output, output_tokens);
    return found;
  });
}

/** Sources: the id pattern of the API's request schema; https://docs.anthropic.com/en/api/handling-stop-reasons */
const TOOL_ID = /^[a-zA-Z0-9_-]+$/;
const AFTER_A_CALL = new Set<unknown>(["tool_use", "max_tokens", "pause_turn", "refusal"]);

export function isToolId(id: string): boolean {
  return TOOL_ID.test(id);
}

/** Whether a stop reason fits an answer with, or without, a complete client-side call. */
export function stopFault(reason: unknown, hasCall: boolean, hasWholeCall: boolean): string | undefined {
  if (reason === "tool_use" && !hasCall) return "stop_reason tool_use without a tool_use block";
  if (hasWholeCall && !AFTER_A_CALL.has(reason))
    return `stop_reason ${String(reason)} after a complete tool_use`;
  return undefined;
}

/**
 * SC14: tool ids are unique and well-formed; `stop_reason` agrees with the content: `tool_use` only
 * with a call, and a complete call only with `tool_use`, `max_tokens`, `pause_turn` or `refusal`.
 */
export function checkAgreement({ blocks, messageDeltas, stopReason }: Stream): Finding[] {
  const found: Finding[] = [];
  const seen = new Set<string>();
  for (const block of blocks.filter(isToolCall)) {
    const { id } = block.content;
    if (!isName(id)) continue;
    if (!isToolId(id))
      found.push(fault("SC14", `tool id ${JSON.stringify(id)} is not well-formed`, block.start));
    if (seen.has(id)) found.push(fault("SC14", `tool id ${JSON.stringify(id)} is used twice`, block.start));
    seen.add(id);
  }
  if (!isStopReason(stopReason)) return found;
  const calls = blocks.filter(({ type }) => type === "tool_use");
  const problem = stopFault(stopReason, calls.length > 0, calls.some(hasWholeInput));
  return problem === undefined ? found : [...found, fault("SC14", problem, messageDeltas.at(-1))];
}

export const ERROR_TYPES: ReadonlySet<unknown> = new Set([
  "invalid_request_error",
  "authentication_error",
  "billing_error",
  "permission_error",
  "not_found_error",
  "request_too_large",
  "rate_limit_error",
  "timeout_error",
  "api_error",
  "overloaded_error",
]);

/**
 * SC15: an error is one `error` event with the envelope, and the stream ends there: no
 * `message_stop`, nothing else.
 *
 * Source: https://docs.anthropic.com/en/api/messages-streaming ("Error events"), https://docs.anthropic.com/en/api/errors
 */
export function checkErrors({ events, errors }: Stream): Finding[] {
  const [error] = errors;
  if (error === undefined) return [];
  const after = events[error.at + 1];
  if (after !== undefined) return [fault("SC15", `${after.type} after an error`, after)];
  const stop = events.find(({ type }) => type === "message_stop" || type === "message_delta");
  if (stop !== undefined) return [fault("SC15", `an error after ${stop.type}`, error)];
  const detail = error.body["error"];
  if (!isObject(detail)) return [fault("SC15", "an error event without an error object", error)];
  if (!ERROR_TYPES.has(detail["type"])) {
    return [fault("SC15", `unknown error type ${JSON.stringify(detail["type"])}`, error)];
  }
  return isName(detail["message"]) ? [] : [fault("SC15", "an error without a message", error)];
}

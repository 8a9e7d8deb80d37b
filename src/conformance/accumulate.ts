import { isRecord, listOf, recordOf } from "./path.ts";

/** What a stream adds up to. */
export interface Accumulated {
  message: Record<string, unknown>;
  /** Per content block: the concatenated `partial_json`, byte for byte; "" for other blocks. */
  rawInputs: string[];
  /** The `error` event's error, when there was one. */
  error: Record<string, unknown> | null;
}

/**
 * Our own accumulator, written from the API's description of the events and from nothing else:
 * neither the SDK's nor the translator's. Broken streams give what can be made of them.
 * Source: https://docs.anthropic.com/en/docs/build-with-claude/streaming
 */
export function accumulate(events: readonly Record<string, unknown>[]): Accumulated | null {
  const result: Accumulated = { message: {}, rawInputs: [], error: null };
  for (const event of events) apply(result, event);
  for (const [index, raw] of result.rawInputs.entries()) {
    if (raw) blockAt(result, index)["input"] = parsedInput(raw);
  }
  return Object.keys(result.message).length === 0 && result.error === null ? null : result;
}

function apply(result: Accumulated, event: Record<string, unknown>): void {
  switch (event["type"]) {
    case "message_start":
      result.message = structuredClone(recordOf(event["message"]));
      break;
    case "content_block_start":
      startBlock(result, Number(event["index"]), recordOf(event["content_block"]));
      break;
    case "content_block_delta":
      applyDelta(result, Number(event["index"]), recordOf(event["delta"]));
      break;
    case "message_delta":
      finish(result.message, event);
      break;
    case "error":
      result.error = recordOf(event["error"]);
      break;
    default:
  }
}

function startBlock(result: Accumulated, index: number, block: Record<string, unknown>): void {
  const content = listOf(result.message["content"]);
  content[index] = structuredClone(block);
  result.message["content"] = content;
  result.rawInputs[index] = "";
}

function applyDelta(result: Accumulated, index: number, delta: Record<string, unknown>): void {
  const block = blockAt(result, index);
  if (delta["type"] === "text_delta") block["text"] = `${block["text"]}${delta["text"]}`;
  else if (delta["type"] === "thinking_delta") block["thinking"] = `${block["thinking"]}${delta["thinking"]}`;
  else if (delta["type"] === "signature_delta") block["signature"] = delta["signature"];
  else if (delta["type"] === "input_json_delta")
    result.rawInputs[index] = `${result.rawInputs[index] ?? ""}${delta["partial_json"]}`;
}

function blockAt(result: Accumulated, index: number): Record<string, unknown> {
  return recordOf(listOf(result.message["content"])[index]);
}

/** The last message_delta wins; usage figures that it does not mention stay. */
function finish(message: Record<string, unknown>, event: Record<string, unknown>): void {
  Object.assign(message, recordOf(event["delta"]));
  if (isRecord(event["context_management"])) message["context_management"] = event["context_management"];
  const known = Object.entries(recordOf(event["usage"])).filter(([, value]) => value !== null);
  message["usage"] = { ...recordOf(message["usage"]), ...Object.fromEntries(known) };
}

function parsedInput(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return {};
  }
}

import { parseJson } from "../wire/json.ts";
import { type Block, isObject, joinDeltas, type Json, objectAt, readStream } from "./stream.ts";

/** What a stream adds up to. */
export interface AccumulatedStream {
  id: unknown;
  model: unknown;
  /** Blocks as a non-streamed answer has them; numbers in inputs that no double holds survive. */
  content: Json[];
  stop_reason: unknown;
  stop_sequence: unknown;
  /** The last value reported of each count. */
  usage: Json;
  /** The error the stream ended in. */
  error?: Json;
}

/**
 * Adds a stream up to a message, from its raw bytes and independently of the product's own
 * accumulator: both must agree with each other and with the SDK's (SC17). Reads broken streams as
 * far as they go.
 *
 * Source: https://docs.anthropic.com/en/api/messages-streaming
 */
export function accumulateStream(bytes: Uint8Array): AccumulatedStream {
  const { blocks, start, messageDeltas, errors } = readStream(bytes);
  const message = objectAt(start?.body, "message");
  const last = objectAt(messageDeltas.at(-1)?.body, "delta");
  const added: AccumulatedStream = {
    id: message["id"],
    model: message["model"],
    content: blocks.map(contentOf),
    stop_reason: last["stop_reason"] ?? null,
    stop_sequence: last["stop_sequence"] ?? null,
    usage: lastCounts([
      objectAt(message, "usage"),
      ...messageDeltas.map(({ body }) => objectAt(body, "usage")),
    ]),
  };
  const [error] = errors;
  return error === undefined ? added : { ...added, error: objectAt(error.body, "error") };
}

function contentOf(block: Block): Json {
  const { content, type } = block;
  if (type === "text") return { ...content, text: join(content, "text", block, "text_delta") };
  if (type === "thinking") {
    return {
      ...content,
      thinking: join(content, "thinking", block, "thinking_delta"),
      signature: join(content, "signature", block, "signature_delta"),
    };
  }
  if (!("input" in content)) return content;
  const json = joinDeltas(block, "input_json_delta", "partial_json");
  return { ...content, input: json.trim() === "" ? content["input"] : inputOf(json) };
}

function join(content: Json, key: string, block: Block, delta: string): string {
  const head = content[key];
  return (typeof head === "string" ? head : "") + joinDeltas(block, delta, key);
}

/** Arguments that a token limit cut count as none. */
function inputOf(json: string): unknown {
  try {
    return parseJson(json);
  } catch {
    return {};
  }
}

/** Null says that a report does not know, not that the count is gone. */
function lastCounts(reports: Json[]): Json {
  const counts: Record<string, unknown> = {};
  for (const report of reports) {
    for (const [key, value] of Object.entries(report)) {
      if (value !== null || !(key in counts)) counts[key] = isObject(value) ? { ...value } : value;
    }
  }
  return counts;
}

import { accumulateStream } from "../strict/accumulate-stream.ts";
import { recordOf, show } from "./path.ts";

/** What a stream adds up to, in the shape of an answer that was not streamed. */
export interface Accumulated {
  message: Record<string, unknown>;
  /** Per content block: the concatenated `partial_json`, byte for byte; "" for other blocks. */
  rawInputs: string[];
  /** The `error` event's error, when there was one. */
  error: Record<string, unknown> | null;
}

/** Broken streams give what can be made of them; null when there is not even a start or an error. */
export function accumulate(
  bytes: Uint8Array,
  events: readonly { data: Record<string, unknown> }[],
): Accumulated | null {
  const { error = null, ...sum } = accumulateStream(bytes);
  const data = events.map((event) => event.data);
  const start = data.find(({ type }) => type === "message_start");
  const last = data.findLast(({ type }) => type === "message_delta");
  if (start === undefined && error === null) return null;
  const management = last?.["context_management"];
  const message = {
    ...recordOf(start?.["message"]),
    ...recordOf(last?.["delta"]),
    ...(management == null ? {} : { context_management: management }),
    ...sum,
  };
  return { message, rawInputs: rawInputs(data), error };
}

/** By position among the started blocks, as in `content`. */
function rawInputs(events: readonly Record<string, unknown>[]): string[] {
  const inputs: string[] = [];
  const place = new Map<unknown, number>();
  for (const event of events) {
    if (event["type"] === "content_block_start") {
      place.set(event["index"], inputs.length);
      inputs.push("");
    }
    const delta = recordOf(event["delta"]);
    const at = place.get(event["index"]);
    if (delta["type"] === "input_json_delta" && at !== undefined)
      inputs[at] = (inputs[at] ?? "") + show(delta["partial_json"]);
  }
  return inputs;
}

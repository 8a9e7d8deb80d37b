import type { Finding } from "./finding.ts";
import { type Block, fault, objectAt, type Stream, type StreamEvent } from "./stream.ts";

/**
 * SC5: block indices are 0, 1, 2, … in the order of the starts; none is used again, and no delta or
 * stop names one that was not started.
 *
 * Source: https://docs.anthropic.com/en/api/messages-streaming ("index corresponds to … the final Message content")
 */
export function checkIndices({ blocks, orphans }: Stream): Finding[] {
  return [
    ...blocks
      .filter((block, position) => block.index !== position)
      .map((block) =>
        fault(
          "SC5",
          `block ${JSON.stringify(block.index)} started as number ${blocks.indexOf(block)}`,
          block.start,
        ),
      ),
    ...orphans.map((event) =>
      fault(
        "SC5",
        `${event.type} for block ${JSON.stringify(event.body["index"])}, which was not started`,
        event,
      ),
    ),
  ];
}

/**
 * SC6: one block is open at a time. Clients cope with overlap, so for servers that are not ours it
 * is a warning.
 *
 * Source: https://docs.anthropic.com/en/api/messages-streaming (event flow)
 */
export function checkOverlap({ blocks }: Stream, foreign: boolean): Finding[] {
  return blocks
    .filter((block, position) => blocks.slice(0, position).some((other) => isOpenAt(other, block.start)))
    .map((block) => {
      const found = fault(
        "SC6",
        `block ${JSON.stringify(block.index)} started inside another one`,
        block.start,
      );
      return foreign ? { ...found, severity: "warning" } : found;
    });
}

/** Not yet stopped, and not dead either: a block that is just never stopped is SC8's matter. */
function isOpenAt({ stops, deltas, start }: Block, event: StreamEvent): boolean {
  const end = stops[0] ?? deltas.at(-1) ?? start;
  return end.at > event.at;
}

/** Delta types by block type, and the key that holds their string. */
const DELTAS = new Map<string, string[]>([
  ["text", ["text_delta", "citations_delta"]],
  ["thinking", ["thinking_delta", "signature_delta"]],
  ["tool_use", ["input_json_delta"]],
  ["server_tool_use", ["input_json_delta"]],
  ["mcp_tool_use", ["input_json_delta"]],
  ["redacted_thinking", []],
  ["web_search_tool_result", []],
  ["web_fetch_tool_result", []],
]);
const DELTA_KEY = new Map([
  ["text_delta", "text"],
  ["thinking_delta", "thinking"],
  ["signature_delta", "signature"],
  ["input_json_delta", "partial_json"],
]);

/**
 * SC7: a delta's type fits its block's type, and it carries its string. Block types that are not
 * known here are not judged.
 *
 * Source: `RawContentBlockDelta` of `@anthropic-ai/sdk`
 */
export function checkDeltas({ blocks }: Stream): Finding[] {
  return blocks.flatMap((block) => {
    const allowed = DELTAS.get(block.type);
    if (allowed === undefined) return [];
    return block.deltas.flatMap((event) => {
      const delta = objectAt(event.body, "delta");
      const type = String(delta["type"]);
      if (!allowed.includes(type)) return [fault("SC7", `${type} in a ${block.type} block`, event)];
      const key = DELTA_KEY.get(type);
      if (key === undefined || typeof delta[key] === "string") return [];
      return [fault("SC7", `${type} without a string ${key}`, event)];
    });
  });
}

/**
 * SC8: each block is stopped exactly once, gets no delta after its stop, and is stopped before
 * `message_delta`. A stream that ends in an `error` may leave its last block open.
 *
 * Source: https://docs.anthropic.com/en/api/messages-streaming (event flow)
 */
export function checkStopsOfBlocks({ blocks, messageDeltas, errors }: Stream): Finding[] {
  const end = messageDeltas[0]?.at ?? Infinity;
  return blocks.flatMap((block) => {
    const name = `block ${JSON.stringify(block.index)}`;
    const [stop, second] = block.stops;
    if (stop === undefined)
      return errors.length > 0 ? [] : [fault("SC8", `${name} is never stopped`, block.start)];
    if (second !== undefined) return [fault("SC8", `${name} is stopped twice`, second)];
    const late = block.deltas.find(({ at }) => at > stop.at);
    if (late !== undefined) return [fault("SC8", `a delta after the stop of ${name}`, late)];
    return stop.at > end ? [fault("SC8", `${name} is stopped after message_delta`, stop)] : [];
  });
}

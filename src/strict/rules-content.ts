import type { Finding } from "./finding.ts";
import { isName } from "./rules-message.ts";
import {
  type Block,
  fault,
  isObject,
  joinDeltas,
  objectAt,
  parseObject,
  type Stream,
  type StreamEvent,
} from "./stream.ts";

/** Why arguments may end before they are complete: the model had no tokens left. */
const CUT = new Set<unknown>(["max_tokens", "model_context_window_exceeded"]);

export function isToolCall({ type }: Block): boolean {
  return type === "tool_use" || type === "server_tool_use" || type === "mcp_tool_use";
}

/** Whether the arguments of a call are there and whole; none at all means `{}`. */
export function hasWholeInput(block: Block): boolean {
  const json = joinDeltas(block, "input_json_delta", "partial_json");
  return json.trim() === "" || parseObject(json) !== undefined;
}

/**
 * SC9: a tool call has an id, a name and `input: {}` at its start, and its fragments join to nothing
 * or to one JSON object. Only a token limit may cut them; a call that was cut by an error must not
 * be stopped, since clients run a tool when its block stops.
 *
 * Source: https://docs.anthropic.com/en/docs/agents-and-tools/tool-use/fine-grained-tool-streaming
 */
export function checkCalls({ blocks, errors, stopReason }: Stream): Finding[] {
  return blocks.filter(isToolCall).flatMap((block) => {
    const { content, start, type } = block;
    if (!isName(content["id"])) return [fault("SC9", `${type} without an id`, start)];
    if (!isName(content["name"])) return [fault("SC9", `${type} without a name`, start)];
    const { input } = content;
    if (!isObject(input) || Object.keys(input).length > 0) {
      return [fault("SC9", `${type} does not start with an empty input object`, start)];
    }
    const mayBeCut = CUT.has(stopReason) || (errors.length > 0 && block.stops.length === 0);
    if (mayBeCut || hasWholeInput(block)) return [];
    return [fault("SC9", `the input of ${type} is not one JSON object`, block.deltas.at(-1) ?? start)];
  });
}

function isSignature({ body }: StreamEvent): boolean {
  return objectAt(body, "delta")["type"] === "signature_delta";
}

/**
 * SC10: a thinking block starts with empty `thinking` and `signature` and gets one signature, not
 * empty, right before its stop.
 *
 * Source: https://docs.anthropic.com/en/docs/build-with-claude/extended-thinking ("Streaming thinking")
 */
export function checkThinking({ blocks, errors }: Stream): Finding[] {
  return blocks
    .filter(({ type }) => type === "thinking")
    .flatMap((block) => {
      const { content, start } = block;
      if (content["thinking"] !== "" || content["signature"] !== "") {
        return [fault("SC10", "thinking does not start with empty thinking and signature", start)];
      }
      if (errors.length > 0 && block.stops.length === 0) return [];
      const signatures = block.deltas.filter(isSignature);
      if (signatures.length !== 1) {
        return [
          fault(
            "SC10",
            `thinking with ${signatures.length} signatures`,
            signatures[1] ?? block.stops[0] ?? start,
          ),
        ];
      }
      if (joinDeltas(block, "signature_delta", "signature") === "") {
        return [fault("SC10", "an empty signature", signatures[0])];
      }
      const last = block.deltas.at(-1);
      return last === signatures[0]
        ? []
        : [fault("SC10", "a delta between the signature and the stop", last)];
    });
}

/**
 * SC11: a text block starts with `text: ""` and is not empty in the end: sent back, an empty one is
 * refused.
 *
 * Source: https://docs.anthropic.com/en/api/messages ("text content blocks must be non-empty")
 */
export function checkTexts({ blocks, errors }: Stream): Finding[] {
  return blocks
    .filter(({ type }) => type === "text")
    .flatMap((block) => {
      const { content, start, stops } = block;
      if (content["text"] !== "") return [fault("SC11", "text does not start with an empty text", start)];
      if (errors.length > 0 && stops.length === 0) return [];
      // A delta of a wrong type is SC7's matter: what it held would have been the text.
      const isEmpty = joinDeltas(block, "text_delta", "text") === "";
      return isEmpty ? [fault("SC11", "a text block without text", stops[0] ?? start)] : [];
    });
}

import { ApiError } from "../messages/api-error.ts";
import type { ModelFlags } from "../upstream/flags.ts";

/** The estimate may be this much too high. */
const MARGIN = 1.15;

/**
 * A prompt that the model server would cut without a word is refused, in the words on which Claude Code compacts
 * the conversation. Throws ApiError 400.
 * @param estimate tokens of the prompt
 */
export function refuseWhatWouldBeCut(
  { contextWindow, cutsPrompts }: Pick<ModelFlags, "contextWindow" | "cutsPrompts">,
  estimate: number,
): void {
  if (!cutsPrompts || contextWindow === null || estimate <= contextWindow * MARGIN) return;
  throw new ApiError(
    "invalid_request_error",
    `prompt is too long: ${estimate} tokens > ${contextWindow} maximum (the first is an estimate); over /v1 this Ollama ` +
      "would cut the prompt without a word: use its own API (provider ollama), or start it with OLLAMA_CONTEXT_LENGTH",
  );
}

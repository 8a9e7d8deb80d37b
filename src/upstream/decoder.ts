import type { Dialect, UpstreamDecoder } from "./delta.ts";
import { createOllamaDecoder } from "./ollama/decode.ts";
import { createOpenAiDecoder } from "./openai/decode.ts";

/** The decoder of a dialect's chat answers, streamed or whole. */
export function decoder(dialect: Dialect): UpstreamDecoder {
  return dialect === "ollama" ? createOllamaDecoder() : createOpenAiDecoder();
}

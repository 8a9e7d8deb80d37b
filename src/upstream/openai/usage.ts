import type { UpstreamUsage } from "../delta.ts";
import { asCount, asObject, type JsonObject } from "../read.ts";

/**
 * Token counts of a chunk or body: OpenAI's `usage`, DeepSeek's cache names, and where servers
 * hide it otherwise (in the choice, under `x_groq`, llama.cpp's `timings`). Undefined when nothing is known.
 * OpenRouter adds what it charged (https://openrouter.ai/docs/use-cases/usage-accounting).
 */
export function readUsage(chunk: JsonObject, choice: JsonObject | undefined): UpstreamUsage | undefined {
  const usage =
    asObject(chunk["usage"]) ?? asObject(choice?.["usage"]) ?? asObject(asObject(chunk["x_groq"])?.["usage"]);
  if (usage === undefined) return undefined;
  const promptDetails = asObject(usage["prompt_tokens_details"]);
  const outputDetails = asObject(usage["completion_tokens_details"]);
  const timings = asObject(chunk["timings"]);
  const found: UpstreamUsage = {};
  const put = (key: keyof UpstreamUsage, ...candidates: unknown[]): void => {
    const count = candidates.map(asCount).find((candidate) => candidate !== undefined);
    if (count !== undefined) found[key] = count;
  };
  put("promptTokens", usage["prompt_tokens"]);
  put(
    "cachedTokens",
    promptDetails?.["cached_tokens"],
    usage["prompt_cache_hit_tokens"],
    timings?.["cache_n"],
  );
  put("completionTokens", usage["completion_tokens"]);
  put("reasoningTokens", outputDetails?.["reasoning_tokens"]);
  const { cost } = usage;
  if (typeof cost === "number" && Number.isFinite(cost) && cost >= 0) found.cost = cost;
  return Object.keys(found).length === 0 ? undefined : found;
}

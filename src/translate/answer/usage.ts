import type { Usage } from "../../messages/types.ts";
import type { UpstreamUsage } from "../../upstream/delta.ts";

const UNKNOWN = {
  cache_creation_input_tokens: null,
  cache_read_input_tokens: null,
  cache_creation: null,
  output_tokens_details: null,
  server_tool_use: null,
  service_tier: null,
  inference_geo: null,
} as const;

/** The figures of `message_start`: the prompt is an estimate, since no upstream has counted yet. */
export function startUsage(inputTokens: number): Usage {
  return { input_tokens: Math.max(1, inputTokens), output_tokens: 0, ...UNKNOWN };
}

/**
 * The final figures: the upstream's where it gave them, else estimates. Anthropic's `input_tokens`
 * leaves out what came from a cache; it stays above 0, because clients let a 0 overwrite the estimate.
 */
export function finalUsage(
  upstream: UpstreamUsage,
  estimate: { inputTokens: number; outputTokens: number },
): { usage: Usage; estimated: boolean } {
  const prompt = upstream.promptTokens || undefined;
  const completion =
    upstream.completionTokens === 0 && estimate.outputTokens > 0 ? undefined : upstream.completionTokens;
  const cached = prompt === undefined ? 0 : Math.min(upstream.cachedTokens ?? 0, prompt - 1);
  const usage: Usage = {
    input_tokens: prompt === undefined ? Math.max(1, estimate.inputTokens) : prompt - cached,
    output_tokens: completion ?? estimate.outputTokens,
    ...UNKNOWN,
  };
  if (upstream.cachedTokens !== undefined) usage.cache_read_input_tokens = cached;
  if (upstream.reasoningTokens !== undefined) {
    usage.output_tokens_details = { thinking_tokens: upstream.reasoningTokens };
  }
  return { usage, estimated: prompt === undefined || completion === undefined };
}

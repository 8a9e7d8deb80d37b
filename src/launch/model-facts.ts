import { ModelKnowledge } from "../bridge/model-knowledge.ts";
import { resolveSettings, type BridgeOptions } from "../bridge/options.ts";
import { createProbe } from "../bridge/probe-model.ts";
import { createUpstreamClient } from "../bridge/upstream-client.ts";
import type { ModelFacts } from "./profile.ts";

const UNKNOWN: ModelFacts = { contextWindow: null, maxOutput: null, thinking: "bool" };

/**
 * What the bridge will take a model to be: what the user stated, what the upstream says when asked (a few
 * seconds, or as long as an Ollama behind `/v1` takes to load the model; no tokens), what is usual. A server of the Messages API is not asked.
 * @param memory of the upstream's machine, in bytes, when it is to limit the context
 * @throws BridgeOptionsError
 */
export async function modelFacts(
  options: BridgeOptions,
  model: string,
  memory: number | null = null,
): Promise<ModelFacts> {
  const settings = resolveSettings(options);
  if (settings.relay) return { ...UNKNOWN, ...settings.stated };
  const client = createUpstreamClient(settings);
  try {
    return await new ModelKnowledge(settings, createProbe(settings, client, memory)).flags(model, undefined);
  } finally {
    await client.close();
  }
}

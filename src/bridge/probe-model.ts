import type { ModelFlags } from "../upstream/flags.ts";
import { flagsFromShow, ollamaShow } from "../upstream/probe.ts";
import { fetchJson } from "./fetch-json.ts";
import type { Probe } from "./model-knowledge.ts";
import type { Settings } from "./options.ts";
import type { UpstreamClient } from "./upstream-client.ts";

const PROBE_TIMEOUT_MS = 2_000;

/**
 * Asks Ollama what a model can do. Null when it gave no answer, so that the next request asks
 * again; a server without `/api/show` is asked once. OpenAI's dialect has no such question.
 */
export function createProbe(settings: Settings, client: UpstreamClient): Probe {
  if (settings.dialect === "openai") return () => Promise.resolve({});
  return async (model, mark): Promise<Partial<ModelFlags> | null> => {
    const answer = await fetchJson(client, ollamaShow(model), { mark, timeoutMs: PROBE_TIMEOUT_MS });
    if (answer === null || answer.status >= 500) return null;
    return answer.status === 200 ? flagsFromShow(answer.json) : {};
  };
}

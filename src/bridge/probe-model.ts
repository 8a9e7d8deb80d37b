import type { ModelFlags } from "../upstream/flags.ts";
import { flagsFromShow, loadedContext, ollamaPs, ollamaShow } from "../upstream/probe.ts";
import { fetchJson } from "./fetch-json.ts";
import type { Probe } from "./model-knowledge.ts";
import type { Settings } from "./options.ts";
import type { UpstreamClient } from "./upstream-client.ts";

const PROBE_TIMEOUT_MS = 2_000;

/**
 * Asks Ollama what a model can do and how it is loaded. Null when it gave no answer, so that the
 * next request asks again; a server without `/api/show` is asked once. OpenAI's dialect has no
 * such question.
 */
export function createProbe(settings: Settings, client: UpstreamClient): Probe {
  if (settings.dialect === "openai") return () => Promise.resolve({});
  return async (model, mark): Promise<Partial<ModelFlags> | null> => {
    const options = { mark, timeoutMs: PROBE_TIMEOUT_MS };
    const show = await fetchJson(client, ollamaShow(model), options);
    if (show === null || show.status >= 500) return null;
    if (show.status !== 200) return {};
    const flags = flagsFromShow(show.json);
    if (typeof flags.contextWindow !== "number" || "contextWindow" in settings.stated) return flags;
    const ps = await fetchJson(client, ollamaPs(), options);
    const loaded = loadedContext(ps?.json, model) ?? 0;
    return { ...flags, contextWindow: Math.max(flags.contextWindow, loaded) };
  };
}

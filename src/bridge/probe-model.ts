import { flagsFromModelList, flagsFromProps, moreFacts } from "../upstream/openai/model-facts.ts";
import { flagsFromShow, loadedContext, modelListRequest, ollamaPs, ollamaShow } from "../upstream/probe.ts";
import { fetchJson } from "./fetch-json.ts";
import type { Probe } from "./model-knowledge.ts";
import type { Settings } from "./options.ts";
import type { UpstreamClient } from "./upstream-client.ts";

const PROBE_TIMEOUT_MS = 2_000;

/**
 * Asks the upstream what a model can do and how it is loaded; no question costs a token. Null when it
 * gave no answer, so that the next request asks again; a server without the route is asked once.
 * @param memory of the upstream's machine, in bytes, when it is to limit the context
 */
export function createProbe(settings: Settings, client: UpstreamClient, memory: number | null = null): Probe {
  if (!settings.probe) return () => Promise.resolve({});
  return settings.dialect === "ollama" ? ollamaProbe(settings, client, memory) : openAiProbe(client);
}

function ollamaProbe(settings: Settings, client: UpstreamClient, memory: number | null): Probe {
  return async (model, mark) => {
    const options = { mark, timeoutMs: PROBE_TIMEOUT_MS };
    const show = await fetchJson(client, ollamaShow(model), options);
    if (show === null || show.status >= 500) return null;
    if (show.status !== 200) return {};
    const flags = flagsFromShow(show.json, memory);
    if (typeof flags.contextWindow !== "number" || "contextWindow" in settings.stated) return flags;
    const ps = await fetchJson(client, ollamaPs(), options);
    const loaded = loadedContext(ps?.json, model) ?? 0;
    return { ...flags, contextWindow: Math.max(flags.contextWindow, loaded) };
  };
}

function openAiProbe(client: UpstreamClient): Probe {
  return async (model, mark) => {
    const options = { mark, timeoutMs: PROBE_TIMEOUT_MS };
    const list = await fetchJson(client, modelListRequest("openai"), options);
    if (list === null || list.status >= 500) return null;
    const flags = flagsFromModelList(list.json, model);
    const more = moreFacts(list.json, model);
    if (more === undefined) return flags;
    const { json } = (await fetchJson(client, more, options)) ?? {};
    return { ...flags, ...flagsFromProps(json), ...flagsFromModelList(json, model) };
  };
}

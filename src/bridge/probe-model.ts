import type { UpstreamRequest } from "../upstream/delta.ts";
import type { ModelFlags } from "../upstream/flags.ts";
import {
  flagsFromModelList,
  flagsFromProps,
  isOllamaList,
  moreFacts,
} from "../upstream/openai/model-facts.ts";
import {
  flagsFromShow,
  loadedContext,
  modelListRequest,
  ollamaLoad,
  ollamaPs,
  ollamaShow,
  statedContext,
} from "../upstream/probe.ts";
import { fetchJson } from "./fetch-json.ts";
import type { Probe } from "./model-knowledge.ts";
import type { Settings } from "./options.ts";
import type { UpstreamClient } from "./upstream-client.ts";

const PROBE_TIMEOUT_MS = 2_000;
/** A large model is read from the disk first; the request that asks would wait for the same. */
const LOAD_TIMEOUT_MS = 60_000;

/**
 * Asks the upstream what a model can do and how it is loaded; no question costs a token. Null when it
 * gave no answer, so that the next request asks again; a server without the route is asked once.
 * @param memory of the upstream's machine, in bytes, when it is to limit the context
 */
export function createProbe(settings: Settings, client: UpstreamClient, memory: number | null = null): Probe {
  if (!settings.probe) return () => Promise.resolve({});
  return settings.dialect === "ollama"
    ? ollamaProbe(settings, client, memory)
    : openAiProbe(settings, client);
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

function openAiProbe(settings: Settings, client: UpstreamClient): Probe {
  return async (model, mark) => {
    const options = { mark, timeoutMs: PROBE_TIMEOUT_MS };
    const list = await fetchJson(client, modelListRequest("openai"), options);
    if (list === null || list.status >= 500) return null;
    const flags = flagsFromModelList(list.json, model);
    if (isOllamaList(list.json, model))
      return { ...flags, ...(await ollamaBehind(settings, client, model, mark)) };
    const more = moreFacts(list.json, model);
    if (more === undefined) return flags;
    const { json } = (await fetchJson(client, more, options)) ?? {};
    return { ...flags, ...flagsFromProps(json), ...flagsFromModelList(json, model) };
  };
}

/**
 * An Ollama that is spoken to over `/v1` tells the same of a model, and takes no `num_ctx` there: the context is
 * the Modelfile's or the server's own, often 4,096 tokens, and on two of its three ways of running a model a
 * longer prompt is cut without a word. What the server's own is shows once the model is loaded.
 */
async function ollamaBehind(
  settings: Settings,
  client: UpstreamClient,
  model: string,
  mark: string | undefined,
): Promise<Partial<ModelFlags>> {
  const ask = async (request: UpstreamRequest, timeoutMs = PROBE_TIMEOUT_MS): Promise<unknown> => {
    const answer = await fetchJson(client, { ...request, fromRoot: true }, { mark, timeoutMs });
    return answer?.status === 200 ? answer.json : undefined;
  };
  const show = await ask(ollamaShow(model));
  if (show === undefined) return {};
  const flags = flagsFromShow(show);
  if (flags.remote === true) return flags;
  const { contextWindow: _asked, ...able } = flags;
  if ("contextWindow" in settings.stated) return { ...able, cutsPrompts: true };
  const load = async (): Promise<number | null> => {
    await ask(ollamaLoad(model), LOAD_TIMEOUT_MS);
    return loadedContext(await ask(ollamaPs()), model);
  };
  return { ...able, contextWindow: statedContext(show) ?? (await load()), cutsPrompts: true };
}

import { ApiError } from "../messages/api-error.ts";
import { readModelList, modelListRequest, type UpstreamModel } from "../upstream/probe.ts";
import { fetchJson } from "./fetch-json.ts";
import type { Core, Exchange } from "./core.ts";

const CACHE_MS = 10_000;

/** A list that takes longer is done without: clients that ask for models wait three seconds at most. */
const LIST_TIMEOUT_MS = 800;

/** What the upstream says it has, remembered for a moment. */
export class ModelList {
  #listed: UpstreamModel[] | null = null;
  #until = 0;

  /** Null when the upstream does not say, or not quickly enough. */
  async get(core: Core, mark: string | undefined): Promise<UpstreamModel[] | null> {
    if (this.#listed !== null && performance.now() < this.#until) return this.#listed;
    const answer = await fetchJson(core.client, modelListRequest(core.settings.dialect), {
      mark,
      timeoutMs: LIST_TIMEOUT_MS,
    });
    const listed = answer?.status === 200 ? readModelList(core.settings.dialect, answer.json) : null;
    if (listed !== null) this.#until = performance.now() + CACHE_MS;
    this.#listed = listed;
    return listed;
  }
}

/**
 * Refuses a model that is not the configured one and that the upstream does not list. Ollama is
 * not asked: it refuses unknown names itself, unlike servers that answer with the model they have.
 */
export async function requireModel(core: Core, exchange: Exchange, model: string): Promise<void> {
  const { dialect, model: configured } = core.settings;
  if (dialect === "ollama" || configured === null) return;
  await requireKnownModel(core, exchange, model);
}

/** The same for requests that never reach the upstream. */
export async function requireKnownModel(core: Core, exchange: Exchange, model: string): Promise<void> {
  if (model === core.settings.model) return;
  const listed = await core.models.get(core, exchange.mark);
  if (listed === null || listed.some((candidate) => isNamed(candidate, model))) return;
  throw unknownModel(model);
}

export function unknownModel(model: string): ApiError {
  return new ApiError("not_found_error", `model: ${model}`);
}

/** Claude Code shows only models whose ids have one of these words in them. */
const SHOWN = /claude|anthropic/i;
const ALIAS = "claude-";

/** The name under which Claude Code shows a model of any name; null when it shows the model's own. */
export function aliasOf(model: string): string | null {
  return SHOWN.test(model) ? null : `${ALIAS}${model}`;
}

/** The model that a request means: one that is really called so, else the one whose alias it is, else as it was said. */
export async function modelBehind(core: Core, exchange: Exchange, model: string): Promise<string> {
  const { model: configured } = core.settings;
  if (!model.startsWith(ALIAS) || model === configured) return model;
  const plain = model.slice(ALIAS.length);
  if (plain === configured) return plain;
  const listed = (await core.models.get(core, exchange.mark)) ?? [];
  if (listed.some((candidate) => isNamed(candidate, model))) return model;
  return listed.some((candidate) => isNamed(candidate, plain)) ? plain : model;
}

/** Ollama leaves `:latest` away. */
export function isNamed(candidate: UpstreamModel, model: string): boolean {
  return candidate.id === model || candidate.id === `${model}:latest`;
}

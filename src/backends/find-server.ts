import type { Preset } from "../upstream/presets.ts";
import { BackendError } from "./backend-error.ts";
import type { Backend, BackendWish } from "./backend.ts";
import { defaultBaseUrl } from "./base-url.ts";
import { findBackend } from "./find-backend.ts";
import { listModels } from "./list-models.ts";

/** As a `BackendWish`, of a server that may speak the Messages API itself. */
export interface ServerWish extends Omit<BackendWish, "provider"> {
  provider?: Preset["protocol"];
}

export interface Server extends Omit<Backend, "provider"> {
  provider: Preset["protocol"];
}

/**
 * As `findBackend`. With provider `anthropic` a URL, by default the real API's, or an Ollama, whose `/v1/messages` is
 * then meant.
 * @throws BackendError
 */
export async function findServer({ provider, ...wish }: ServerWish): Promise<Server> {
  if (provider !== "anthropic") return findBackend({ ...wish, ...(provider !== undefined && { provider }) });
  if (wish.kind === "ollama" || wish.kind === "container") return { ...(await findBackend(wish)), provider };
  if (wish.kind === "scripted" || wish.model === undefined)
    throw new BackendError(
      "backend-missing",
      "provider anthropic needs a server that speaks the Messages API: --model NAME with --base-url URL, or with --backend ollama",
    );
  const baseUrl = wish.baseUrl ?? defaultBaseUrl(provider, wish.env ?? process.env);
  const key = wish.apiKey === undefined ? {} : { apiKey: wish.apiKey };
  // Its list of models is optional: only its being there is checked.
  await listModels({ provider, baseUrl, ...key }).catch((error: unknown) => {
    if (error instanceof BackendError && error.code === "backend-unreachable") throw error;
  });
  const { model } = wish;
  return { kind: "url", provider, baseUrl, model, description: baseUrl, close: () => Promise.resolve() };
}

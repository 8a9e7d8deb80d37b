import { BackendError } from "./backend-error.ts";
import type { Backend, BackendWish } from "./backend.ts";
import { defaultBaseUrl } from "./base-url.ts";
import { listModels } from "./list-models.ts";

const leaveAlone = (): Promise<void> => Promise.resolve();

/** A server at a URL. Its list of models may be partial, so only its being there is checked. */
export async function urlBackend(wish: BackendWish): Promise<Backend> {
  const provider = wish.provider ?? "openai";
  const baseUrl = wish.baseUrl ?? defaultBaseUrl(provider, wish.env ?? process.env);
  if (wish.model === undefined)
    throw new BackendError("backend-missing", `${baseUrl} needs the name of a model: --model NAME`);
  const key = wish.apiKey === undefined ? {} : { apiKey: wish.apiKey };
  await listModels({ provider, baseUrl, ...key }).catch((error: unknown) => {
    if (error instanceof BackendError && error.code === "backend-unreachable") throw error;
  });
  return { kind: "url", provider, baseUrl, model: wish.model, description: baseUrl, close: leaveAlone };
}

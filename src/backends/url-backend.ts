import { sameModel } from "../upstream/ollama/model-name.ts";
import { BackendError, refuseWhenInterrupted } from "./backend-error.ts";
import type { Backend, BackendWish } from "./backend.ts";
import { defaultBaseUrl } from "./base-url.ts";
import { listModels } from "./list-models.ts";
import { warmUp } from "./profile/warm-up.ts";

const leaveAlone = (): Promise<void> => Promise.resolve();

/** How servers say in a 404 or 400 that it is the model they do not have, and not the path. */
const NO_MODEL =
  /model\b.*(not found|does not exist|not exist)|model_not_found|(no such|not a valid) model/isu;

/**
 * A server at a URL. Its list of models may be partial: one that is not in it is asked for one token, and only
 * a server that then says that it has no such model does not have it.
 */
export async function urlBackend(wish: BackendWish): Promise<Backend> {
  const { model, apiKey, serverOnly = false } = wish;
  const provider = wish.provider ?? "openai";
  const baseUrl = wish.baseUrl ?? defaultBaseUrl(provider, wish.env ?? process.env);
  if (model === undefined)
    throw new BackendError("backend-missing", `${baseUrl} needs the name of a model: --model NAME`);
  const key = apiKey === undefined ? {} : { apiKey };
  const listed = await listModels({ provider, baseUrl, ...key }).catch((error: unknown) => {
    if (error instanceof BackendError && error.code === "backend-unreachable") throw error;
    return null;
  });
  if (!serverOnly && listed !== null && !listed.some((name) => sameModel(name, model)))
    await requireModel(wish, baseUrl, listed);
  return { kind: "url", provider, baseUrl, model, description: baseUrl, close: leaveAlone };
}

async function requireModel(wish: BackendWish, baseUrl: string, listed: readonly string[]): Promise<void> {
  const { model = "", provider = "openai", apiKey, signal } = wish;
  const server = {
    provider,
    baseUrl,
    ...(apiKey !== undefined && { apiKey }),
    ...(signal !== undefined && { signal }),
  };
  const reply = await warmUp(server, model, null).catch((error: unknown) => {
    refuseWhenInterrupted(signal);
    throw error;
  });
  if (reply === null || (reply.status !== 404 && reply.status !== 400) || !NO_MODEL.test(reply.text)) return;
  const some = listed.slice(0, SHOWN).join(", ") + (listed.length > SHOWN ? ", …" : "");
  throw new BackendError(
    "backend-missing",
    `the server at ${baseUrl} has no model "${model}" (it answered ${reply.status}); it lists ${some || "none"}`,
  );
}

/** Names in a message. */
const SHOWN = 10;

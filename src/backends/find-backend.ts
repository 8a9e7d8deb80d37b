import type { ScriptedOptions, ScriptedServer } from "../scripted/options.ts";
import { BackendError } from "./backend-error.ts";
import { defaultBaseUrl, ollamaBaseUrl, type Provider } from "./base-url.ts";
import { hasModel, listModels } from "./list-models.ts";

export type BackendKind = "scripted" | "ollama" | "url";

export interface BackendWish {
  /** `auto`: the URL if there is one, else a running Ollama that has the model, else the scripted model. */
  kind: BackendKind | "auto" | "container";
  provider?: Provider;
  baseUrl?: string;
  /** Absent: the scripted model. */
  model?: string;
  apiKey?: string;
  /** Of the scripted model. */
  scripted?: ScriptedOptions;
  /** By default the process's own; only `OLLAMA_HOST` is read. */
  env?: NodeJS.ProcessEnv;
}

/** A model server that is there. */
export interface Backend {
  kind: BackendKind;
  provider: Provider;
  baseUrl: string;
  model: string;
  /** For people, e.g. `Ollama at http://localhost:11434`. */
  description: string;
  /** The embedded server, when it is the scripted one. */
  scripted?: ScriptedServer;
  /** Stops what was started here; a server of the user's is left alone. */
  close(): Promise<void>;
}

const SCRIPTED_MODEL = "scripted";

const leaveAlone = (): Promise<void> => Promise.resolve();

async function scriptedBackend(wish: BackendWish): Promise<Backend> {
  const { startScripted } = await import("../scripted/server.ts");
  const provider = wish.provider ?? "ollama";
  const scripted = await startScripted(wish.scripted);
  return {
    kind: "scripted",
    provider,
    baseUrl: provider === "ollama" ? scripted.url : `${scripted.url}/v1`,
    model: wish.model ?? SCRIPTED_MODEL,
    description: "the embedded scripted model",
    scripted,
    close: () => scripted.close(),
  };
}

/** The three ways to get a backend, as one sentence. */
function ways(model: string): string {
  return (
    `start Ollama and "ollama pull ${model}", or name a server that has it with --base-url URL ` +
    "(--provider openai for an OpenAI-compatible one); containers are not started yet"
  );
}

async function ollamaBackend(wish: BackendWish): Promise<Backend> {
  const model = wish.model ?? "";
  if (model === "")
    throw new BackendError("backend-missing", "an Ollama needs the name of a model: --model NAME");
  const baseUrl = wish.baseUrl ?? ollamaBaseUrl(wish.env ?? process.env);
  const listed = await listModels({ provider: "ollama", baseUrl }).catch((error: unknown) => {
    throw new BackendError(
      "backend-missing",
      `no Ollama at ${baseUrl} for model "${model}": ${ways(model)}`,
      {
        cause: error,
      },
    );
  });
  if (!hasModel(listed, model))
    throw new BackendError(
      "backend-missing",
      `the Ollama at ${baseUrl} has no model "${model}": ${ways(model)}`,
    );
  return {
    kind: "ollama",
    provider: "ollama",
    baseUrl,
    model,
    description: `Ollama at ${baseUrl}`,
    close: leaveAlone,
  };
}

/** A server's list of models may be partial, so only its being there is checked. */
async function urlBackend(wish: BackendWish): Promise<Backend> {
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

/**
 * Finds or starts the wished model server. Never a substitute for it.
 * @throws BackendError (exit 3), which names the ways to get one
 */
export async function findBackend(wish: BackendWish): Promise<Backend> {
  if (wish.kind === "container")
    throw new BackendError(
      "backend-missing",
      `containers are not started yet: ${ways(wish.model ?? "NAME")}`,
    );
  if (wish.kind === "scripted") return scriptedBackend(wish);
  if (wish.kind === "url" || (wish.kind === "auto" && wish.baseUrl !== undefined)) return urlBackend(wish);
  if (wish.kind === "ollama" || wish.model !== undefined) return ollamaBackend(wish);
  return scriptedBackend(wish);
}

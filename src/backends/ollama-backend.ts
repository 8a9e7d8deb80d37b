import { BackendError } from "./backend-error.ts";
import type { Backend, BackendWish } from "./backend.ts";
import { ollamaBaseUrl } from "./base-url.ts";
import { haveModel } from "./have-model.ts";
import { listModels } from "./list-models.ts";
import { ollamaFacts } from "./ollama-facts.ts";

/** The three ways to get a backend, as one sentence. */
export function ways(model: string): string {
  return (
    `start Ollama ("ollama serve", then "ollama pull ${model}"), or start Docker (a container is then made), ` +
    "or name a server that has it with --base-url URL (--provider openai for an OpenAI-compatible one)"
  );
}

export function ollamaUrl(wish: BackendWish): string {
  const url = wish.baseUrl ?? ollamaBaseUrl(wish.env ?? process.env);
  return url.replace(/\/+$/u, "").replace(/\/v1$/u, "");
}

/** Whether an Ollama answers there. */
export function isRunning(url: string): Promise<boolean> {
  return listModels({ provider: "ollama", baseUrl: url }).then(
    () => true,
    (error: unknown) => !(error instanceof BackendError && error.code === "backend-unreachable"),
  );
}

/** A running Ollama that has the model, or pulls it when that is agreed to. */
export async function ollamaBackend(wish: BackendWish): Promise<Backend> {
  const { model = "" } = wish;
  if (model === "")
    throw new BackendError("backend-missing", "an Ollama needs the name of a model: --model NAME");
  const url = ollamaUrl(wish);
  if (!(await isRunning(url)))
    throw new BackendError("backend-missing", `no Ollama at ${url} for model "${model}": ${ways(model)}`);
  const by = `the Ollama at ${url}`;
  if (wish.serverOnly !== true) await haveModel(url, model, { by, command: `ollama pull ${model}`, wish });
  return {
    kind: "ollama",
    provider: "ollama",
    baseUrl: wish.baseUrl ?? url,
    model,
    description: `Ollama at ${url}`,
    ...(await ollamaFacts(url, model)),
    close: () => Promise.resolve(),
  };
}

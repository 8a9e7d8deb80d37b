import { BackendError } from "./backend-error.ts";
import type { Backend, BackendWish } from "./backend.ts";
import { findBackend } from "./find-backend.ts";
import { haveModel, pullCommand } from "./have-model.ts";
import { ollamaFacts } from "./ollama-facts.ts";

/**
 * A server for each wish, in their order. They are found one after the other; a container that was started for
 * one serves the others too. When one is not found, those before it are closed.
 * @throws BackendError, which names the model
 */
export async function findBackends(wishes: readonly BackendWish[]): Promise<Backend[]> {
  const found: Backend[] = [];
  for (const wish of wishes) {
    const container = mayShare(wish) ? found.find(({ kind }) => kind === "container") : undefined;
    try {
      found.push(await (container === undefined ? findBackend(wish) : inSameContainer(container, wish)));
    } catch (error) {
      for (const backend of found.toReversed()) await backend.close();
      throw naming(error, wish);
    }
  }
  return found;
}

/** Whether the wish may end in a container anyway. */
function mayShare({ kind, baseUrl }: BackendWish): boolean {
  return (kind === "container" || kind === "auto") && baseUrl === undefined;
}

/** Whoever started it closes it. */
async function inSameContainer(container: Backend, wish: BackendWish): Promise<Backend> {
  const { digest: _ofAnother, baseUrl, ...rest } = container;
  const { model = "" } = wish;
  const command = pullCommand(wish);
  if (wish.serverOnly !== true) await haveModel(baseUrl, model, { by: "the container", command, wish });
  const facts = await ollamaFacts(baseUrl, model);
  return { ...rest, baseUrl, model, ...facts, close: () => Promise.resolve() };
}

function naming(error: unknown, { model }: BackendWish): unknown {
  if (!(error instanceof BackendError) || error.code === "backend-interrupted") return error;
  if (model === undefined || error.message.includes(model)) return error;
  return new BackendError(error.code, `model "${model}": ${error.message}`, { cause: error });
}

import { BackendError } from "./backend-error.ts";
import type { Backend, BackendWish } from "./backend.ts";
import { isRunning, ollamaBackend, ollamaUrl, ways } from "./ollama-backend.ts";
import { scriptedBackend } from "./scripted-backend.ts";
import { urlBackend } from "./url-backend.ts";

export type { Backend, BackendWish } from "./backend.ts";

async function containerBackend(wish: BackendWish): Promise<Backend> {
  const { containerBackend } = await import("./container/container-backend.ts");
  return containerBackend(wish);
}

/** A running Ollama is used, whether it has the model or may pull it; only if there is none, a container is. */
async function anyBackend(wish: BackendWish): Promise<Backend> {
  if (wish.baseUrl !== undefined) return urlBackend(wish);
  if (wish.model === undefined) return scriptedBackend(wish);
  const url = ollamaUrl(wish);
  if (await isRunning(url)) return ollamaBackend(wish);
  try {
    return await containerBackend(wish);
  } catch (error) {
    if (!(error instanceof BackendError) || error.code !== "backend-engine") throw error;
    throw new BackendError(
      "backend-missing",
      `no Ollama at ${url} for model "${wish.model}", and no container: ${error.message}; ${ways(wish.model)}`,
      { cause: error },
    );
  }
}

const BY_KIND: Record<BackendWish["kind"], (wish: BackendWish) => Promise<Backend>> = {
  auto: anyBackend,
  scripted: scriptedBackend,
  ollama: ollamaBackend,
  container: containerBackend,
  url: urlBackend,
};

/**
 * Finds or starts the wished model server. Never a substitute for it.
 * @throws BackendError, which names the ways to get one
 */
export function findBackend(wish: BackendWish): Promise<Backend> {
  return BY_KIND[wish.kind](wish);
}

import type { Backend, BackendWish } from "./backend.ts";

const MODEL = "scripted";

/** The scripted model in this process. */
export async function scriptedBackend(wish: BackendWish): Promise<Backend> {
  const { startScripted } = await import("../scripted/server.ts");
  const provider = wish.provider ?? "ollama";
  const scripted = await startScripted(wish.scripted);
  return {
    kind: "scripted",
    provider,
    baseUrl: provider === "ollama" ? scripted.url : `${scripted.url}/v1`,
    model: wish.model ?? MODEL,
    description: "the embedded scripted model",
    scripted,
    close: () => scripted.close(),
  };
}

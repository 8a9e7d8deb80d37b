import { sameModel } from "../upstream/ollama/model-name.ts";

/** What an Ollama says of itself and of one model. */
export interface OllamaFacts {
  engineVersion?: string;
  /** SHA-256 of the model's manifest, hex. */
  digest?: string;
}

interface Listed {
  name?: unknown;
  digest?: unknown;
}

async function json(url: string): Promise<Record<string, unknown>> {
  const { request } = await import("undici");
  try {
    const { statusCode, body } = await request(url, { signal: AbortSignal.timeout(5000) });
    const parsed: unknown = JSON.parse(await body.text());
    return statusCode === 200 && typeof parsed === "object" && parsed !== null
      ? { ...(parsed as Record<string, unknown>) }
      : {};
  } catch {
    return {};
  }
}

/**
 * For the report: which build of the model on which build of the engine. What an older Ollama does not say
 * is left out. `/api/tags` has the digest that `ollama list` prints; `/api/show` has none.
 */
export async function ollamaFacts(url: string, model: string): Promise<OllamaFacts> {
  const [{ version }, { models }] = await Promise.all([json(`${url}/api/version`), json(`${url}/api/tags`)]);
  const listed = Array.isArray(models) ? (models as Listed[]) : [];
  const digest = listed.find(({ name }) => typeof name === "string" && sameModel(name, model))?.digest;
  return {
    ...(typeof version === "string" && { engineVersion: version }),
    ...(typeof digest === "string" && { digest }),
  };
}

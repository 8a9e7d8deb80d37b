import { BackendError } from "./backend-error.ts";
import { modelsUrl, type Provider } from "./base-url.ts";

export interface ModelServer {
  provider: Provider;
  baseUrl: string;
  apiKey?: string;
  /** By default 5,000. */
  timeoutMs?: number;
}

/** Why a connection failed, without the wrapping that `fetch` puts around it. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error && "code" in cause) return String(cause.code);
  return error.name === "TimeoutError" ? "no answer in time" : error.message;
}

async function get(url: string, server: ModelServer): Promise<Response> {
  const headers = server.apiKey === undefined ? {} : { authorization: `Bearer ${server.apiKey}` };
  try {
    return await fetch(url, { headers, signal: AbortSignal.timeout(server.timeoutMs ?? 5000) });
  } catch (error) {
    const advice = server.provider === "ollama" ? 'start it with "ollama serve"' : "check --base-url";
    throw new BackendError("backend-unreachable", `${url} cannot be reached (${reason(error)}): ${advice}`, {
      cause: error,
    });
  }
}

/** Ollama's `/api/tags` has `models[].name`, OpenAI's `/models` has `data[].id`. */
function namesIn(list: unknown): string[] | undefined {
  if (typeof list !== "object" || list === null) return undefined;
  const { models, data } = list as { models?: unknown; data?: unknown };
  const entries: unknown = models ?? data;
  if (!Array.isArray(entries)) return undefined;
  const key = models === undefined ? "id" : "name";
  return entries
    .map((entry: Record<string, unknown> | null) => entry?.[key])
    .filter((name) => typeof name === "string");
}

/**
 * The models that a server says it has, in its own order.
 * @throws BackendError `backend-unreachable`, `backend-refused`
 */
export async function listModels(server: ModelServer): Promise<string[]> {
  const url = modelsUrl(server.provider, server.baseUrl);
  const response = await get(url, server);
  if (response.status === 401 || response.status === 403)
    throw new BackendError(
      "backend-refused",
      `${url} answered ${response.status}: give its key with --api-key`,
    );
  const body: unknown = await response.json().catch(() => undefined);
  const names = response.ok ? namesIn(body) : undefined;
  if (names !== undefined) return names;
  throw new BackendError(
    "backend-refused",
    `${url} answered ${response.status} without a list of models: is it a server of kind ${server.provider}?`,
  );
}

/** Ollama lists `name:latest` for what a user calls `name`. */
export function hasModel(listed: readonly string[], model: string): boolean {
  return listed.includes(model) || listed.includes(`${model}:latest`);
}

import { BackendError } from "./backend-error.ts";
import type { Preset } from "../upstream/presets.ts";
import { modelsUrl } from "./base-url.ts";

export interface ModelServer {
  /** The language it speaks. */
  provider: Preset["protocol"];
  baseUrl: string;
  apiKey?: string;
  /** By default 5,000. */
  timeoutMs?: number;
}

interface Answer {
  status: number;
  text: string;
}

/** Why a connection failed, in one word where there is one. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ("code" in error && typeof error.code === "string") return error.code;
  return error.name === "TimeoutError" ? "no answer in time" : error.message;
}

function credential(provider: ModelServer["provider"], key: string): Record<string, string> {
  return provider === "anthropic"
    ? { "x-api-key": key, "anthropic-version": "2023-06-01" }
    : { authorization: `Bearer ${key}` };
}

/** With undici's own client: `fetch` refuses ports that servers do use. */
async function get(url: string, server: ModelServer): Promise<Answer> {
  const { request } = await import("undici");
  const headers = server.apiKey === undefined ? {} : credential(server.provider, server.apiKey);
  try {
    const signal = AbortSignal.timeout(server.timeoutMs ?? 5000);
    const { statusCode, body } = await request(url, { headers, signal });
    return { status: statusCode, text: await body.text() };
  } catch (error) {
    const advice = server.provider === "ollama" ? 'start it with "ollama serve"' : "check --base-url";
    throw new BackendError("backend-unreachable", `${url} cannot be reached (${reason(error)}): ${advice}`, {
      cause: error,
    });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
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
  const { status, text } = await get(url, server);
  if (status === 401 || status === 403)
    throw new BackendError("backend-refused", `${url} answered ${status}: give its key with --api-key`);
  const names = status === 200 ? namesIn(parsed(text)) : undefined;
  if (names !== undefined) return names;
  throw new BackendError(
    "backend-refused",
    `${url} answered ${status} without a list of models: is it a server of kind ${server.provider}?`,
  );
}

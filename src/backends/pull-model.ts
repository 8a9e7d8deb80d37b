import { NdjsonDecoder } from "../wire/ndjson.ts";
import { BackendError, refuseWhenInterrupted } from "./backend-error.ts";
import type { DownloadProgress } from "./backend.ts";

export interface PullOptions {
  onProgress?: ((progress: DownloadProgress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** Longest silence, ms. A server says nothing while it verifies a large file. */
const SILENCE_MS = 600_000;

/** One line of `POST /api/pull` (https://docs.ollama.com/api/pull). */
interface PullLine {
  status?: string;
  digest?: string;
  total?: number;
  completed?: number;
  error?: string;
}

/**
 * Makes an Ollama download a model.
 * @param url its address, without a path
 * @throws BackendError `backend-download`, `backend-unreachable`, `backend-interrupted`
 */
export async function pullModel(url: string, model: string, options: PullOptions): Promise<void> {
  const { request } = await import("undici");
  const decoder = new NdjsonDecoder();
  const layers = new Map<string, PullLine>();
  let last: PullLine = {};
  const read = (lines: string[]): void => {
    for (const text of lines) {
      last = lineOf(text);
      if (last.error !== undefined) throw failed(url, model, last.error);
      if (last.digest !== undefined) layers.set(last.digest, last);
      options.onProgress?.(progressOf(model, last.status ?? "", layers));
    }
  };
  try {
    const answer = await request(`${url}/api/pull`, {
      method: "POST",
      body: JSON.stringify({ model, stream: true }),
      headersTimeout: SILENCE_MS,
      bodyTimeout: SILENCE_MS,
      ...(options.signal !== undefined && { signal: options.signal }),
    });
    for await (const chunk of answer.body) read(decoder.push(chunk as Uint8Array));
    read(decoder.end());
    if (answer.statusCode !== 200) throw failed(url, model, `status ${answer.statusCode}`);
  } catch (error) {
    refuseWhenInterrupted(options.signal);
    if (error instanceof BackendError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new BackendError("backend-unreachable", `${url} broke off while it pulled "${model}": ${why}`, {
      cause: error,
    });
  }
  if (last.status !== "success") throw failed(url, model, "its answer ended before the model was there");
}

/** A line that is not JSON is somebody else's page. */
function lineOf(text: string): PullLine {
  try {
    return JSON.parse(text) as PullLine;
  } catch {
    return { error: text.slice(0, 200) };
  }
}

function progressOf(model: string, status: string, layers: Map<string, PullLine>): DownloadProgress {
  const parts = [...layers.values()];
  const sum = (field: "completed" | "total"): number => parts.reduce((n, part) => n + (part[field] ?? 0), 0);
  return { what: "model", name: model, status, completed: sum("completed"), total: sum("total") };
}

/** Ollama says why in Go's words; the two that a user can do something about are told apart. */
function failed(url: string, model: string, why: string): BackendError {
  if (/file does not exist|not found|invalid model/u.test(why))
    return new BackendError(
      "backend-download",
      `the Ollama at ${url} finds no model "${model}" to pull (${why}): https://ollama.com/library lists them`,
    );
  const advice = /no such host|dial tcp|i\/o timeout|connection refused/u.test(why)
    ? "it cannot reach its registry: is it offline, or behind a proxy (HTTPS_PROXY)?"
    : /no space left/u.test(why)
      ? "free space where it keeps its models, or choose a smaller one"
      : "try again";
  return new BackendError(
    "backend-download",
    `the Ollama at ${url} could not pull "${model}" (${why}): ${advice}`,
  );
}

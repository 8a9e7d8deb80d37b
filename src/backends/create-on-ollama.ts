import { createHash } from "node:crypto";
import { BackendError } from "./backend-error.ts";
import { rootOf } from "./base-url.ts";

/** A model to make of a GGUF file, as `POST /api/create` takes it (https://docs.ollama.com/api). */
export interface OllamaModel {
  gguf: Uint8Array;
  /** A Modelfile TEMPLATE. Without one an Ollama uses the template in the file. */
  template?: string;
  /** Names of an Ollama's built-in renderer and parser. */
  renderer?: string;
  parser?: string;
  parameters?: Readonly<Record<string, unknown>>;
}

/** Longest wait for one answer, ms. Loading is no part of creating. */
const PATIENCE_MS = 60_000;

/**
 * Creates a model on a running Ollama, or replaces the one of that name. The file is sent only if the
 * Ollama does not have it.
 * @param url e.g. `http://127.0.0.1:11434`, with or without `/v1`
 * @throws BackendError `backend-unreachable`, `backend-refused`
 */
export async function createOnOllama(url: string, name: string, model: OllamaModel): Promise<void> {
  const origin = rootOf(url);
  const { gguf, ...rest } = model;
  const digest = `sha256:${createHash("sha256").update(gguf).digest("hex")}`;
  const blob = `${origin}/api/blobs/${digest}`;
  const head = await send(blob, "HEAD");
  if (head.status === 404) refuseUnless(blob, 201, await send(blob, "POST", gguf));
  else refuseUnless(blob, 200, head);
  const body = JSON.stringify({ model: name, files: { "model.gguf": digest }, ...rest, stream: false });
  const create = `${origin}/api/create`;
  refuseUnless(create, 200, await send(create, "POST", body));
}

/** @throws BackendError `backend-unreachable` */
export async function isOnOllama(url: string, name: string): Promise<boolean> {
  return (await send(`${rootOf(url)}/api/show`, "POST", JSON.stringify({ model: name }))).status === 200;
}

/** That there is none of that name is no failure. @throws BackendError `backend-unreachable`, `backend-refused` */
export async function deleteOnOllama(url: string, name: string): Promise<void> {
  const target = `${rootOf(url)}/api/delete`;
  const answer = await send(target, "DELETE", JSON.stringify({ model: name }));
  if (answer.status !== 404) refuseUnless(target, 200, answer);
}

interface Answer {
  status: number;
  text: string;
}

async function send(
  url: string,
  method: "HEAD" | "POST" | "DELETE",
  body?: Uint8Array | string,
): Promise<Answer> {
  const { request } = await import("undici");
  const wait = { headersTimeout: PATIENCE_MS, bodyTimeout: PATIENCE_MS };
  try {
    const answer = await request(url, { method, ...(body !== undefined && { body }), ...wait });
    return { status: answer.statusCode, text: await answer.body.text() };
  } catch (error) {
    throw new BackendError(
      "backend-unreachable",
      `${url} cannot be reached (${(error as Error).message}): start it with "ollama serve"`,
      { cause: error },
    );
  }
}

function refuseUnless(url: string, status: number, answer: Answer): void {
  // A failure behind the first step is a 200 with an `error` in its body.
  if (answer.status === status && !answer.text.includes('"error"')) return;
  throw new BackendError(
    "backend-refused",
    `${url} answered ${answer.status} ${answer.text.slice(0, 200)}: is it an Ollama that may create models?`,
  );
}

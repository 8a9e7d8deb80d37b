import { rootOf } from "../base-url.ts";

/** A model server, and how to speak to it. */
export interface Server {
  provider: "ollama" | "openai";
  /** As the user gave it; Ollama's own API stands beside `/v1`. */
  baseUrl: string;
  apiKey?: string;
  signal?: AbortSignal;
}

export interface Question {
  path: string;
  /** Absent: a GET. */
  body?: object;
  /** The path starts at the root and not at the base URL. */
  fromRoot?: boolean;
  /** Longest wait, ms. */
  timeoutMs: number;
}

export interface Reply {
  status: number;
  text: string;
  /** Undefined when the text is none. */
  json: unknown;
  ms: number;
}

/** Null: no answer came, for whatever reason. An abort of the caller's is thrown. */
export async function ask(server: Server, question: Question): Promise<Reply | null> {
  const { request } = await import("undici");
  const { apiKey, signal } = server;
  const { body, timeoutMs } = question;
  const started = performance.now();
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await request(addressOf(server, question), {
      method: body === undefined ? "GET" : "POST",
      headers: {
        ...(body !== undefined && { "content-type": "application/json" }),
        ...(apiKey !== undefined && apiKey !== "" && { authorization: `Bearer ${apiKey}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
    const text = await answer.body.text();
    return {
      status: answer.statusCode,
      text,
      json: parsed(text),
      ms: Math.round(performance.now() - started),
    };
  } catch {
    signal?.throwIfAborted();
    return null;
  }
}

function addressOf({ provider, baseUrl }: Server, { path, fromRoot }: Question): string {
  if (fromRoot === true) return new URL(baseUrl).origin + path;
  return (provider === "ollama" ? rootOf(baseUrl) : baseUrl.replace(/\/+$/u, "")) + path;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

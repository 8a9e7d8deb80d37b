import { performance } from "node:perf_hooks";
import type { Agent } from "undici";
import type { FrontResponse } from "./exchange.ts";

export interface HttpRequest {
  method: string;
  /** With its query, as it goes on the request line. */
  path: string;
  headers: [string, string][];
  body: string | Uint8Array | null;
}

export interface HttpOptions {
  signal: AbortSignal;
  /** Longest wait for the status line and between two reads, ms. */
  timeoutMs: number;
  /** Called at each read with the number of bytes so far and those read; true ends the exchange from our side. */
  leave?: (soFar: number, bytes: Uint8Array) => boolean;
  /** What had come when the signal ended the exchange is an answer that broke off, instead of an exception. */
  keepPartial?: boolean;
}

/** What the target failed to do as HTTP: no answer at all, or not in time. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}

/**
 * One request over a real socket, read to its end. A body that breaks off is no exception: `end`
 * says so. Throws NoAnswer when not even a status line came.
 */
export async function sendHttp(
  origin: string,
  request: HttpRequest,
  options: HttpOptions,
): Promise<FrontResponse> {
  const agent = await sharedAgent();
  const started = performance.now();
  const answer = await agent
    .request({
      origin,
      method: request.method,
      path: request.path,
      headers: request.headers.flat(),
      body: request.body,
      signal: options.signal,
      headersTimeout: options.timeoutMs,
      bodyTimeout: options.timeoutMs,
      responseHeaders: "raw",
    })
    .catch((error: unknown) => {
      if (options.signal.aborted) throw error;
      throw new NoAnswer(`${request.method} ${request.path}: ${reasonOf(error)}`, { cause: error });
    });
  const chunks: FrontResponse["chunks"] = [];
  const end = await readAll(answer.body, chunks, started, options);
  const body = Buffer.concat(chunks.map(({ bytes }) => bytes));
  return { status: answer.statusCode, headers: headerPairs(answer.headers), body, chunks, end };
}

let shared: Promise<Agent> | undefined;

/** Sockets are used again for a second at most: less than any server closes idle ones after. */
function sharedAgent(): Promise<Agent> {
  shared ??= import("undici").then(
    ({ Agent }) => new Agent({ keepAliveTimeout: 1000, keepAliveMaxTimeout: 1000 }),
  );
  return shared;
}

async function readAll(
  body: AsyncIterable<Uint8Array>,
  chunks: FrontResponse["chunks"],
  started: number,
  options: HttpOptions,
): Promise<FrontResponse["end"]> {
  let length = 0;
  try {
    for await (const bytes of body) {
      chunks.push({ at: performance.now() - started, bytes });
      length += bytes.length;
      if (options.leave?.(length, bytes) === true) return { error: "we left" };
    }
    return "complete";
  } catch (error) {
    if (options.signal.aborted && options.keepPartial !== true) throw error;
    return { error: reasonOf(error) };
  }
}

/** Undici gives raw headers as a flat list or, without the option's support, as an object. */
function headerPairs(headers: unknown): [string, string][] {
  if (Array.isArray(headers)) {
    const flat = headers.map(String);
    return flat
      .filter((_one, index) => index % 2 === 0)
      .map((name, index): [string, string] => [name.toLowerCase(), flat[index * 2 + 1] ?? ""]);
  }
  return Object.entries(headers as Record<string, string | string[] | undefined>).flatMap(([name, value]) =>
    [value ?? []].flat().map((one): [string, string] => [name.toLowerCase(), one]),
  );
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = (error as NodeJS.ErrnoException).code;
  return code === undefined ? error.message : `${code}: ${error.message}`;
}

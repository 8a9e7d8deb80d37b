import type { Dispatcher } from "undici";
import { asObject } from "../../upstream/read.ts";
import { isTimeout, WebFailure } from "./failure.ts";

export interface ServiceRequest {
  /** Whole address. */
  url: string;
  headers?: Record<string, string>;
  /** Sent as JSON by POST; without it the request is a GET. */
  body?: unknown;
}

/** Sends requests to a search service. */
export interface Service {
  dispatcher: Dispatcher;
  /** Longest time for a whole answer. */
  timeoutMs: number;
  signal: AbortSignal;
}

const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Asks a search service for a JSON object. Throws WebFailure: `too_many_requests` for its 429,
 * `unavailable` for everything else that is no answer.
 */
export async function askService(
  { dispatcher, timeoutMs, signal }: Service,
  { url, headers = {}, body }: ServiceRequest,
): Promise<Record<string, unknown>> {
  const target = new URL(url);
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  try {
    const answer = await dispatcher.request({
      origin: target.origin,
      path: target.pathname + target.search,
      method: body === undefined ? "GET" : "POST",
      headers: {
        accept: "application/json",
        "user-agent": "bridge-conformance",
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: limit,
    });
    if (answer.statusCode !== 200) {
      await answer.body.dump({ limit: MAX_BYTES });
      throw refusal(answer.statusCode);
    }
    return readObject(await textOf(answer.body));
  } catch (error) {
    if (error instanceof WebFailure) throw error;
    if (signal.aborted) throw signal.reason;
    const why =
      limit.aborted || isTimeout(error)
        ? "The search service took too long."
        : "The search service cannot be reached.";
    throw new WebFailure("unavailable", why, error);
  }
}

function refusal(status: number): WebFailure {
  if (status === 429) return new WebFailure("too_many_requests", "The search service asks to slow down.");
  if (status === 401 || status === 403) {
    return new WebFailure(
      "unavailable",
      `The search service refused the bridge (HTTP ${status}): check its key, or for SearXNG that its settings allow the format json.`,
    );
  }
  return new WebFailure("unavailable", `The search service failed (HTTP ${status}).`);
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > MAX_BYTES) throw new WebFailure("unavailable", "The search service sent too much.");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function readObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const object = asObject(value);
  if (object !== undefined) return object;
  throw new WebFailure("unavailable", "The search service sent something that is no answer.");
}

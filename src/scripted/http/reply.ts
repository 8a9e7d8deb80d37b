import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";

/** A body in one piece. Headers in the order of a Go server. */
export function sendWhole(
  response: ServerResponse,
  status: number,
  contentType: string,
  body: string,
  headers: Record<string, string> = {},
): void {
  head(response, status, headers, contentType);
  response.setHeader("Content-Length", Buffer.byteLength(body));
  response.end(body);
}

/** A chunked body that is whole from the start, as Go sends what outgrows its buffer or comes from a stream. */
export function sendChunked(
  response: ServerResponse,
  status: number,
  contentType: string,
  ...chunks: readonly string[]
): void {
  head(response, status, {}, contentType);
  for (const chunk of chunks) response.write(chunk);
  response.end();
}

/** A reply without a body and without a type. */
export function sendEmpty(
  response: ServerResponse,
  status: number,
  headers: Record<string, string> = {},
): void {
  head(response, status, headers);
  response.setHeader("Content-Length", 0);
  response.end();
}

/** A body that grows. Not even the headers leave before the first `write`. */
export interface StreamReply {
  readonly started: boolean;
  /** One call is one HTTP chunk. Waits while the peer does not read. */
  write(chunk: string): Promise<void>;
  end(): void;
}

export function streamReply(response: ServerResponse, contentType: string): StreamReply {
  let started = false;
  return {
    get started() {
      return started;
    },
    async write(chunk) {
      if (!started) head(response, 200, {}, contentType);
      started = true;
      if (!response.write(chunk)) await Promise.race([once(response, "drain"), once(response, "close")]);
    },
    end() {
      if (!started) head(response, 200, {}, contentType);
      response.end();
    },
  };
}

/** Lets time pass between tokens; false when the peer has gone. */
export async function nextToken(response: ServerResponse, delayMs: number): Promise<boolean> {
  await (delayMs > 0 ? sleep(delayMs) : nextTurn());
  return !response.destroyed;
}

function head(
  response: ServerResponse,
  status: number,
  headers: Record<string, string>,
  contentType?: string,
): void {
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (contentType !== undefined) response.setHeader("Content-Type", contentType);
  response.setHeader("Date", new Date().toUTCString());
  // Go keeps a connection open without saying so.
  response.removeHeader("Connection");
}

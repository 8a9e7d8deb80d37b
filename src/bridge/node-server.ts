import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ApiError } from "../messages/api-error.ts";
import { ClientGone } from "./client-gone.ts";
import type { FrontRequest, Headers, Sink } from "./front.ts";
import { randomRequestId } from "./ids.ts";

/** How long, after an early answer, a client may go on sending a body that nobody wants. */
const DRAIN_MS = 5_000;

export type Handler = (request: FrontRequest, sink: Sink) => Promise<void>;

/**
 * An HTTP/1.1 server over a handler. A client that closes its sending side has left, as one that
 * closes the connection: its answer is given up and the upstream with it. No client of the API does so
 * and reads on, and to most that leave it is all that can be seen of them.
 */
export function createNodeServer(handler: Handler): Server {
  const server = createServer({ keepAliveTimeout: 75_000, requestTimeout: 0 }, (request, response) => {
    void serve(handler, request, response);
  });
  server.on("clientError", (_error, socket) => {
    if (socket.writable) socket.end(refusal());
    else socket.destroy();
  });
  return server;
}

/** What cannot be read as HTTP is refused in the API's envelope all the same, and the connection closed. */
function refusal(): string {
  const id = randomRequestId();
  const error = new ApiError("invalid_request_error", "The request is not well-formed HTTP");
  const body = JSON.stringify(error.envelope(id));
  const head = [
    "HTTP/1.1 400 Bad Request",
    "connection: close",
    "content-type: application/json",
    `request-id: ${id}`,
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}

/** Resolves with the port once the server listens; rejects when it cannot. */
export async function listenOn(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
  return (server.address() as AddressInfo).port;
}

async function serve(handler: Handler, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) gone.abort(new ClientGone());
  });
  response.on("error", () => undefined);
  request.on("error", () => undefined);
  await handler(frontRequest(request, gone.signal), nodeSink(response));
  if (!request.complete) discardRest(request);
}

function frontRequest(request: IncomingMessage, signal: AbortSignal): FrontRequest {
  return {
    method: request.method ?? "GET",
    target: request.url ?? "/",
    headers: joinHeaders(request),
    body: request.iterator({ destroyOnReturn: false }),
    signal,
  };
}

function joinHeaders(request: IncomingMessage): Headers {
  const headers: Record<string, string | undefined> = {};
  for (const [name, values] of Object.entries(request.headersDistinct)) headers[name] = values?.join(", ");
  return headers;
}

function nodeSink(response: ServerResponse): Sink {
  let hasBody = false;
  const flush = (): void => {
    if (!hasBody && !response.destroyed) response.flushHeaders();
  };
  return {
    head: (status, headers) => {
      response.writeHead(status, headers);
      process.nextTick(flush); // In one piece with the body, where that follows at once.
    },
    write: (bytes) => {
      hasBody = true;
      return response.write(bytes);
    },
    drained: () =>
      new Promise((resolve) => {
        if (!response.writableNeedDrain || response.destroyed) return resolve();
        const done = (): void => {
          response.off("drain", done);
          response.off("close", done);
          resolve();
        };
        response.once("drain", done);
        response.once("close", done);
      }),
    end: () => {
      hasBody = true;
      response.end();
    },
    cut: () => {
      response.destroy();
    },
  };
}

/** Reads and forgets the rest of a body, so that the client can read its answer before any reset. */
function discardRest(request: IncomingMessage): void {
  request.removeAllListeners("readable");
  request.resume();
  const late = setTimeout(() => request.socket.destroy(), DRAIN_MS);
  late.unref();
  request.once("close", () => clearTimeout(late));
}

import {
  createServer,
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { request as httpsRequest } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { End, Header, RecordedRequest } from "../cassette/types.ts";
import { breakOff } from "./leave.ts";

/** The header that ties a front request to the upstream requests it causes. */
export const EXCHANGE_HEADER = "x-bridge-exchange";

export interface TappedChunk {
  /** Milliseconds since the request was complete. */
  at: number;
  bytes: Uint8Array;
}

export interface TappedResponse {
  status: number | null;
  headers: Header[];
  headersAt: number | null;
  chunks: TappedChunk[];
  end: End;
  endAt: number | null;
}

/** One request and its answer, as they crossed the tap's sockets. */
export interface TappedExchange {
  /** 1, 2, 3 … by arrival. */
  n: number;
  /** Ours on the front; the one forwarded by the bridge on the back, null when there is none. */
  exchangeId: string | null;
  method: string;
  path: string;
  /** `performance.now()` when the request was complete. */
  receivedAt: number;
  /** How many other exchanges were open when this one came. */
  inFlight: number;
  request: RecordedRequest;
  response: TappedResponse;
}

export interface TapOptions {
  /** Where requests go: origin only, paths are kept as they come. */
  upstream: URL;
  /** `front` numbers exchanges and marks the forwarded request; `back` reads the mark. */
  hop: "front" | "back";
  /** Called once per exchange, when both sides are done. */
  onExchange?: (exchange: TappedExchange) => void;
  /** The body that is forwarded, in place of the one that is kept. */
  rewrite?: (body: Uint8Array) => Uint8Array;
  /** Sees a front request before it is forwarded. */
  onRequest?: (exchange: TappedExchange) => void;
}

export interface Tap {
  url: string;
  port: number;
  exchanges: TappedExchange[];
  /** Resolves when no exchange is open. */
  idle(): Promise<void>;
  /** Ends all sockets; exchanges that are open end as `harness-cut`. */
  close(): Promise<void>;
}

/** Headers that belong to one connection, and what the tap itself decides. */
const NOT_FORWARDED = new Set([
  "connection",
  "keep-alive",
  "host",
  "content-length",
  "transfer-encoding",
  "accept-encoding",
  "expect",
]);

/**
 * A recording proxy on real sockets. Bytes pass as they come, in the pieces they come in, and the
 * way a side ends (cleanly, by FIN, by reset, by leaving) is passed on and recorded.
 * @note Bodies are asked for uncompressed (`accept-encoding: identity`): nothing hides in a gzip.
 */
export async function startTap(options: TapOptions): Promise<Tap> {
  const exchanges: TappedExchange[] = [];
  const open = new Set<TappedExchange>();
  const waiting: (() => void)[] = [];
  const sockets = new Set<Socket>();

  const close = (exchange: TappedExchange): void => {
    if (!open.delete(exchange)) return;
    options.onExchange?.(exchange);
    if (open.size === 0) for (const resolve of waiting.splice(0)) resolve();
  };

  const server = createServer((incoming, outgoing) => {
    const serve = async (): Promise<void> => {
      const body = await readBody(incoming);
      const exchange = begin(incoming, body, exchanges.length + 1, open.size, options.hop);
      exchanges.push(exchange);
      open.add(exchange);
      options.onRequest?.(exchange);
      forward(exchange, options, outgoing, () => close(exchange));
    };
    serve().catch(() => outgoing.destroy());
  });
  // A connection closed for idleness looks like a fault to a client that is just about to use it.
  server.keepAliveTimeout = 0;
  server.on("connection", (socket) => {
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    exchanges,
    idle: () => (open.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    close: async () => {
      for (const exchange of open) exchange.response.end = "harness-cut";
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function readBody(incoming: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return new Uint8Array(Buffer.concat(chunks));
}

function begin(
  incoming: IncomingMessage,
  body: Uint8Array,
  n: number,
  inFlight: number,
  hop: "front" | "back",
): TappedExchange {
  const marked = incoming.headers[EXCHANGE_HEADER];
  const method = incoming.method ?? "GET";
  const path = incoming.url ?? "/";
  return {
    n,
    exchangeId: hop === "front" ? String(n).padStart(4, "0") : typeof marked === "string" ? marked : null,
    method,
    path,
    receivedAt: performance.now(),
    inFlight,
    request: { method, path, headers: pairs(incoming.rawHeaders), body },
    response: { status: null, headers: [], headersAt: null, chunks: [], end: "complete", endAt: null },
  };
}

function pairs(raw: readonly string[]): Header[] {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? ""] as Header] : []));
}

function forward(
  exchange: TappedExchange,
  options: TapOptions,
  outgoing: ServerResponse,
  done: () => void,
): void {
  const { upstream, rewrite } = options;
  const body = rewrite?.(exchange.request.body) ?? exchange.request.body;
  const send = upstream.protocol === "https:" ? httpsRequest : httpRequest;
  const sent = send(new URL(exchange.path, upstream), {
    method: exchange.method,
    headers: forwardedRequestHeaders(exchange, options, body.length),
    agent: false,
  });
  relay(exchange, sent, outgoing, done);
  sent.end(body);
}

function forwardedRequestHeaders(
  exchange: TappedExchange,
  options: TapOptions,
  length: number,
): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of exchange.request.headers) {
    const key = name.toLowerCase();
    if (NOT_FORWARDED.has(key)) continue;
    headers[key] = key in headers ? [headers[key] ?? [], value].flat() : value;
  }
  headers["accept-encoding"] = "identity";
  headers["host"] = options.upstream.host;
  if (length > 0) headers["content-length"] = String(length);
  if (options.hop === "front" && exchange.exchangeId !== null) headers[EXCHANGE_HEADER] = exchange.exchangeId;
  return headers;
}

function relay(
  exchange: TappedExchange,
  sent: ClientRequest,
  outgoing: ServerResponse,
  done: () => void,
): void {
  const { response } = exchange;
  const since = (): number => round(performance.now() - exchange.receivedAt);
  let received = 0;
  let reset = false;
  let ended = false;

  const end = (how: End): void => {
    if (ended) return;
    ended = true;
    if (response.end !== "harness-cut") response.end = how;
    response.endAt = since();
    finish(outgoing, how, done);
    if (how !== "complete") sent.destroy();
  };

  sent.on("socket", (socket) => {
    socket.setNoDelay(true);
    // Before the client's own listener: what it then reports no longer tells a reset from a FIN.
    socket.prependListener("error", (error: NodeJS.ErrnoException) => (reset = error.code === "ECONNRESET"));
  });
  sent.on("error", () => end(reset ? "rst" : "fin"));
  sent.on("response", (answer) => {
    response.status = answer.statusCode ?? null;
    response.headers = pairs(answer.rawHeaders);
    response.headersAt = since();
    outgoing.writeHead(answer.statusCode ?? 502, answer.statusMessage, forwarded(response.headers));
    outgoing.flushHeaders();
    answer.on("data", (chunk: Buffer) => {
      received += chunk.length;
      response.chunks.push({ at: since(), bytes: new Uint8Array(chunk) });
      outgoing.write(chunk);
    });
    answer.on("end", () => end("complete"));
    answer.on("error", () => setImmediate(() => end(reset ? "rst" : "fin")));
  });
  outgoing.on("close", () => {
    if (!outgoing.writableFinished) end(`client-abort@${received}`);
  });
}

/** Headers that are handed on. Framing is the tap's own unless the length is known. */
function forwarded(headers: readonly Header[]): string[] {
  return headers
    .filter(([name]) => !["connection", "keep-alive", "transfer-encoding"].includes(name.toLowerCase()))
    .flat();
}

/** Ends the receiving side the way the sending side ended. */
function finish(outgoing: ServerResponse, how: End, done: () => void): void {
  const socket = outgoing.socket;
  if (how === "complete") {
    outgoing.end(done);
    // A receiver that left meanwhile never lets `end` finish.
    outgoing.on("close", done);
    return;
  }
  if (socket === null || socket.destroyed) return done();
  socket.once("close", done);
  breakOff(socket, how === "rst" ? "rst" : "fin");
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}

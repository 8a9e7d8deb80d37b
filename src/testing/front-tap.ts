import { createServer, request as send, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One request of a client and what it got, as bytes on real sockets. */
export interface FrontExchange {
  /** Counts from 1, in the order of arrival. */
  n: number;
  method: string;
  /** With its query. */
  path: string;
  headers: Record<string, string | string[] | undefined>;
  body: string;
  /** 0 while there is no answer. */
  status: number;
  answer: string;
  /** The answer came to its regular end. */
  complete: boolean;
}

export interface FrontTap {
  /** Give this to the client. */
  url: string;
  exchanges: FrontExchange[];
  close(): Promise<void>;
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function opened(incoming: IncomingMessage, n: number): FrontExchange {
  const { method = "GET", url: path = "/", headers } = incoming;
  return { n, method, path, headers, body: "", status: 0, answer: "", complete: false };
}

/** Asks `target` the same; rejects when it cannot be reached. */
function forward(
  exchange: FrontExchange,
  body: Buffer,
  target: string,
  outgoing: ServerResponse,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { method, headers } = exchange;
    const onward = send(new URL(exchange.path, target), { method, headers }, resolve);
    onward.on("error", reject);
    outgoing.on("close", () => onward.destroy());
    onward.end(body);
  });
}

async function relay(
  exchange: FrontExchange,
  answer: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  exchange.status = answer.statusCode ?? 0;
  outgoing.writeHead(exchange.status, answer.headers);
  outgoing.flushHeaders();
  const chunks: Buffer[] = [];
  for await (const chunk of answer) {
    chunks.push(chunk as Buffer);
    exchange.answer = Buffer.concat(chunks).toString("utf8");
    outgoing.write(chunk);
  }
  exchange.complete = true;
  outgoing.end();
}

/** A proxy in front of `target` that keeps what passes. */
export async function startFrontTap(target: string): Promise<FrontTap> {
  const exchanges: FrontExchange[] = [];
  const pass = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const exchange = opened(incoming, exchanges.length + 1);
    exchanges.push(exchange);
    const body = await readAll(incoming);
    exchange.body = body.toString("utf8");
    await relay(exchange, await forward(exchange, body, target, outgoing), outgoing);
  };
  const server = createServer((incoming, outgoing) => {
    pass(incoming, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    exchanges,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

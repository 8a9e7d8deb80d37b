import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export interface FakeWebRequest {
  method: string;
  /** With its query. */
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface FakeWebAnswer {
  status?: number;
  headers?: Record<string, string>;
  /** What is neither text nor bytes is sent as JSON. */
  body?: unknown;
  /** Milliseconds before the answer. */
  wait?: number;
}

export interface FakeWeb extends AsyncDisposable {
  url: string;
  port: number;
  requests: FakeWebRequest[];
}

/** A web server on loopback: a search service, or the pages of a site. */
export async function startFakeWeb(answer: (request: FakeWebRequest) => FakeWebAnswer): Promise<FakeWeb> {
  const requests: FakeWebRequest[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const { method = "", url: path = "", headers } = incoming;
      const request = { method, path, headers, body: Buffer.concat(chunks).toString() };
      requests.push(request);
      const { status = 200, headers: more = {}, body = "", wait = 0 } = answer(request);
      const isRaw = typeof body === "string" || body instanceof Uint8Array;
      const text = isRaw ? body : JSON.stringify(body);
      const type = isRaw ? "text/html; charset=utf-8" : "application/json";
      void sleep(wait).then(() => response.writeHead(status, { "content-type": type, ...more }).end(text));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** SearXNG's answer with one hit. */
export const ONE_HIT: object = {
  results: [
    { url: "https://example.com/page", title: "A page", content: "An excerpt.", publishedDate: "2026-05-01" },
  ],
};

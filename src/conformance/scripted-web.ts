import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A web of one loopback server: a SearXNG whose answer the query chooses, and a few pages. */
export interface ScriptedWeb {
  url: string;
  close(): Promise<void>;
}

/** Longer than a ping interval that a case would choose. */
const SLOW_MS = 300;
const LARGE = 5_000_000;

const json = { "content-type": "application/json" };
const html = { "content-type": "text/html; charset=utf-8" };

/**
 * Words in a query choose what the search does: `[[down]]` 500, `[[busy]]` 429, `[[garbage]]` no JSON,
 * `[[nothing]]` no hits, `[[slow]]` two hits after a while; without one, two hits at once. Pages:
 * `/page`, `/large`, `/report.pdf`, `/inward` (redirects to a private address); others are a 404.
 */
export async function startScriptedWeb(): Promise<ScriptedWeb> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://web");
    if (url.pathname === "/search") void search(url.searchParams.get("q") ?? "", response);
    else serve(url.pathname, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function search(query: string, response: ServerResponse): Promise<void> {
  if (query.includes("[[slow]]")) await sleep(SLOW_MS);
  if (query.includes("[[down]]")) response.writeHead(500).end();
  else if (query.includes("[[busy]]")) response.writeHead(429).end();
  else if (query.includes("[[garbage]]")) response.writeHead(200, json).end("<html>");
  else {
    const results = query.includes("[[nothing]]") ? [] : hits();
    response.writeHead(200, json).end(JSON.stringify({ results }));
  }
}

function hits(): object[] {
  return [
    {
      url: "https://docs.example.com/page",
      title: "needle-of-title-one",
      content: "needle-of-excerpt-one",
      publishedDate: "2026-05-01T00:00:00",
    },
    { url: "https://news.example.org/other", title: "needle-of-title-two", content: "needle-of-excerpt-two" },
  ];
}

function serve(path: string, response: ServerResponse): void {
  if (path === "/page") {
    const page =
      "<title>Title of the page</title><h1>Heading</h1><p>needle-of-page</p><script>needle-of-script</script>";
    response.writeHead(200, html).end(page);
  } else if (path === "/large") response.writeHead(200, html).end("x".repeat(LARGE));
  else if (path === "/report.pdf")
    response.writeHead(200, { "content-type": "application/pdf" }).end("%PDF-1.7");
  else if (path === "/inward") response.writeHead(302, { location: "http://169.254.169.254/" }).end();
  else response.writeHead(404, html).end();
}

import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { startScripted } from "../../scripted/server.ts";

const LAYER = `sha256:${"a".repeat(64)}`;
const BYTES = 40_000_000;
const STEPS = 20;

export interface PullingOllama {
  /** `http://127.0.0.1:port`, whatever it listens on. */
  url: string;
  /** Each pull that was asked for: the model, and how it ended. */
  pulls: { model: string; ended: "running" | "success" | "refused" | "left" }[];
  close(): Promise<void>;
}

export interface PullingOptions {
  /** Default 0 on 127.0.0.1; a port that is named is listened on everywhere. */
  port?: number;
  /** Models that it has from the start. */
  has?: readonly string[];
  onPulled?: (model: string) => void;
}

/**
 * The scripted Ollama, which also "pulls" any model whose name has no `absent` in it: 40 MB in 20 steps, slowly
 * when the name has `slow` in it.
 */
export async function startPullingOllama(options: PullingOptions = {}): Promise<PullingOllama> {
  const scripted = await startScripted();
  const pulls: PullingOllama["pulls"] = [];
  const derive = (model: string): Promise<Response> =>
    fetch(`${scripted.url}/api/create`, {
      method: "POST",
      body: JSON.stringify({ model, from: "scripted", stream: false }),
    });
  for (const name of options.has ?? []) await derive(name);

  const pull = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    let body = "";
    for await (const chunk of incoming) body += String(chunk);
    const { model } = JSON.parse(body) as { model: string };
    const one: PullingOllama["pulls"][number] = { model, ended: "running" };
    pulls.push(one);
    const say = (line: object): void => void outgoing.write(`${JSON.stringify(line)}\n`);
    say({ status: "pulling manifest" });
    if (model.includes("absent")) {
      one.ended = "refused";
      outgoing.end(`${JSON.stringify({ error: "pull model manifest: file does not exist" })}\n`);
      return;
    }
    const pause = model.includes("slow") ? 300 : 10;
    for (let step = 1; step <= STEPS && !outgoing.destroyed; step++) {
      const completed = (BYTES / STEPS) * step;
      say({ status: "pulling aaaaaaaaaaaa", digest: LAYER, total: BYTES, completed });
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
    one.ended = outgoing.destroyed ? "left" : "success";
    if (outgoing.destroyed) return;
    await derive(model);
    options.onPulled?.(model);
    outgoing.end(`${JSON.stringify({ status: "success" })}\n`);
  };

  const pass = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const { method, url: path, headers } = incoming;
    // A connection for each: what is destroyed below must not be another request's by then.
    const target = `${scripted.url}${path ?? "/"}`;
    const onward = request(target, { method, headers, agent: false }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on("error", () => outgoing.destroy());
    outgoing.on("close", () => onward.destroy());
    incoming.pipe(onward);
  };

  const server = createServer((incoming, outgoing) => {
    if (incoming.url === "/api/pull") void pull(incoming, outgoing);
    else pass(incoming, outgoing);
  });
  server.requestTimeout = 0;
  // As a Go server: no connection ends for being idle.
  server.keepAliveTimeout = 0;
  const { port } = options;
  await new Promise<void>((resolve) => {
    if (port === undefined) server.listen(0, "127.0.0.1", resolve);
    else server.listen(port, resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    pulls,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await scripted.close();
    },
  };
}

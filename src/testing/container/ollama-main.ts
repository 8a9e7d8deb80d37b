/**
 * What the container of a test runs in place of Ollama: the scripted one, which also "pulls" any model whose
 * name has no `absent` in it and keeps what it pulled where a real one does.
 * `FAKE`: `exit` ends at once, `memory` takes all there is, `mute` says it listens and does not.
 */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import { posix } from "node:path";
import { startScripted } from "../../scripted/server.ts";

const PORT = 11_434;
const KEPT = posix.join("/root", ".ollama/models");
const LISTENING = `time=now level=INFO msg="Listening on [::]:${PORT} (version 0.0.0)"\n`;
const LAYER = `sha256:${"a".repeat(64)}`;
const BYTES = 40_000_000;
const STEPS = 20;

process.on("SIGTERM", () => process.exit(0));
process.on("SIGINT", () => process.exit(0));

const fake = process.env["FAKE"] ?? "";
if (fake === "exit") {
  process.stderr.write("Error: listen tcp: no luck today\n");
  process.exit(3);
}
if (fake === "memory") {
  const held: Buffer[] = [];
  for (;;) held.push(Buffer.alloc(10_000_000, held.length + 1));
}
if (fake === "mute") {
  process.stderr.write(LISTENING);
  setInterval(() => undefined, 1000);
} else await serve();

async function serve(): Promise<void> {
  const scripted = await startScripted();
  const derive = (model: string): Promise<Response> =>
    fetch(`${scripted.url}/api/create`, {
      method: "POST",
      body: JSON.stringify({ model, from: "scripted", stream: false }),
    });
  mkdirSync(KEPT, { recursive: true });
  for (const name of readdirSync(KEPT)) await derive(decodeURIComponent(name));

  const pull = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    let body = "";
    for await (const chunk of incoming) body += String(chunk);
    const { model } = JSON.parse(body) as { model: string };
    const say = (line: object): void => void outgoing.write(`${JSON.stringify(line)}\n`);
    say({ status: "pulling manifest" });
    if (model.includes("absent")) {
      outgoing.end(`${JSON.stringify({ error: "pull model manifest: file does not exist" })}\n`);
      return;
    }
    const pause = model.includes("slow") ? 300 : 10;
    for (let step = 1; step <= STEPS && !outgoing.destroyed; step++) {
      say({
        status: "pulling aaaaaaaaaaaa",
        digest: LAYER,
        total: BYTES,
        completed: (BYTES / STEPS) * step,
      });
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
    if (outgoing.destroyed) return;
    await derive(model);
    writeFileSync(`${KEPT}/${encodeURIComponent(model)}`, "");
    outgoing.end(`${JSON.stringify({ status: "success" })}\n`);
  };

  const pass = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const { method, url: path, headers } = incoming;
    const onward = request(`${scripted.url}${path ?? "/"}`, { method, headers }, (answer) => {
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
  server.listen(PORT, () => void process.stderr.write(LISTENING));
}

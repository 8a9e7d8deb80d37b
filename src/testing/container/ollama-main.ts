/**
 * What the container of a test runs in place of Ollama: the scripted one, which also pulls and keeps what it
 * pulled where a real one does.
 * `FAKE`: `exit` ends at once, `memory` takes all there is, `mute` says it listens and does not.
 */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { posix } from "node:path";
import { startPullingOllama } from "./pulling-ollama.ts";

const PORT = 11_434;
const KEPT = posix.join("/root", ".ollama/models");
const LISTENING = `time=now level=INFO msg="Listening on [::]:${PORT} (version 0.0.0)"\n`;

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
} else {
  mkdirSync(KEPT, { recursive: true });
  await startPullingOllama({
    port: PORT,
    has: readdirSync(KEPT).map((name) => decodeURIComponent(name)),
    onPulled: (model) => writeFileSync(`${KEPT}/${encodeURIComponent(model)}`, ""),
  });
  process.stderr.write(LISTENING);
}

import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { locateClaude } from "../launch/find-claude.ts";

/** One request of the client, as it crossed the tap. */
export interface FrontRecord {
  method: string;
  path: string;
  headers: [name: string, value: string][];
  body: string;
  status: number | null;
  answer: string;
}

export interface TappedClaude {
  /** For `--claude-binary`. */
  path: string;
  records(): FrontRecord[];
}

/**
 * The real Claude Code, with a tap between it and the bridge it was started against: the way to
 * see the front bytes of a bridge that is inside another process.
 */
export function tappedClaude(folder: string): TappedClaude {
  const path = join(folder, "tapped-claude.mjs");
  const file = join(folder, "front.json");
  const tap = new URL("../replay/tap.ts", import.meta.url).href;
  const script = `#!${process.execPath}
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { startTap } from ${JSON.stringify(tap)};
const tap = await startTap({ upstream: new URL(process.env.ANTHROPIC_BASE_URL), hop: "front" });
const child = spawn(${JSON.stringify(locateClaude())}, process.argv.slice(2), {
  stdio: "inherit",
  env: { ...process.env, ANTHROPIC_BASE_URL: tap.url },
});
child.once("exit", async (code) => {
  const text = (parts) => Buffer.concat(parts).toString("utf8");
  const records = tap.exchanges.map(({ method, path, request, response }) => ({
    method,
    path,
    headers: request.headers,
    body: text([request.body]),
    status: response.status,
    answer: text(response.chunks.map(({ bytes }) => bytes)),
  }));
  writeFileSync(${JSON.stringify(file)}, JSON.stringify(records));
  await tap.close();
  process.exitCode = code ?? 1;
});
`;
  writeFileSync(path, script);
  chmodSync(path, 0o755);
  return { path, records: () => JSON.parse(readFileSync(file, "utf8")) as FrontRecord[] };
}

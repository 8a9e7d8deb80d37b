import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { RunClaudeOptions, RunClaudeResult } from "../../launch/run-claude.ts";
import type { ClientFacts } from "../blame/client.ts";
import type { Exchange } from "../exchange.ts";
import { solid } from "../blame/said.ts";
import { isRecord, listOf } from "../path.ts";
import { behind, type World } from "../world.ts";
import { messageExchanges } from "./claude-traffic.ts";

/** What lies in the client's folder before it starts. */
export interface FolderContents {
  /** Texts by their paths. */
  files?: Record<string, string>;
  /** More files, by their names in `fixtures/`. */
  fixtures?: Record<string, string>;
}

export interface Session {
  run: RunClaudeResult;
  /** Its requests for answers, in order. */
  exchanges: Exchange[];
}

const FIXTURES = new URL("../../../fixtures/", import.meta.url);

/** A scratch folder with `work` and room for a `home`, taken away afterwards. */
export async function inScratch<T>(
  { files = {}, fixtures = {} }: FolderContents,
  use: (cwd: string, home: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "bridge-conformance-"));
  const cwd = join(folder, "work");
  try {
    await mkdir(cwd);
    for (const [name, text] of Object.entries(files)) await writeFile(await roomFor(cwd, name), text);
    for (const [name, from] of Object.entries(fixtures))
      await copyFile(new URL(from, FIXTURES), await roomFor(cwd, name));
    return await use(cwd, join(folder, "home"));
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function roomFor(cwd: string, name: string): Promise<string> {
  const path = join(cwd, name);
  await mkdir(dirname(path), { recursive: true });
  return path;
}

/** The real Claude Code against the target, with a tap between them. */
export async function runTapped(
  world: World,
  options: Omit<RunClaudeOptions, "baseUrl" | "model" | "signal">,
): Promise<Session> {
  const [{ startTap }, { runClaude }] = await Promise.all([
    import("../../replay/tap.ts"),
    import("../../launch/run-claude.ts"),
  ]);
  const tap = await startTap({ upstream: new URL(world.url), hop: "front" });
  try {
    const model = world.model ?? "scripted";
    const run = await runClaude({ ...options, baseUrl: tap.url, model, signal: world.signal });
    await tap.idle();
    return { run, exchanges: messageExchanges(tap.exchanges, ...behind(world)) };
  } finally {
    await tap.close();
  }
}

/** What the judge of blame is told of it. `misdeeds` are found by whoever knows the folder. */
export function clientFacts(session: Session, misdeeds: string[] = []): ClientFacts {
  const { run } = session;
  return {
    exitCode: run.exitCode,
    timedOut: run.timedOut,
    terminal: run.result?.terminal_reason ?? null,
    misdeeds: hidesWords(session)
      ? [...misdeeds, "the client shows other words than those of its last answer"]
      : misdeeds,
    log: clientLog(run),
  };
}

/** Of an answer with several texts the client shows the last one at least. */
function hidesWords({ run: { result }, exchanges }: Session): boolean {
  const blocks = listOf(exchanges.at(-1)?.answer?.message["content"]).filter(isRecord);
  const words = blocks.findLast(({ type }) => type === "text")?.["text"];
  if (result === undefined || result.is_error || typeof words !== "string") return false;
  return !solid(result.result ?? "").includes(solid(words));
}

/** The end of what the client printed, but for what it says of itself at its start. */
export function clientLog({ exitCode, stderr, stdout }: RunClaudeResult): string {
  const events = stdout.split("\n").filter((line) => !line.startsWith('{"type":"system"'));
  const parts = [`exit ${exitCode}`, stderr.trim().slice(-700), events.join("\n").trim().slice(-1500)];
  return parts.filter((part) => part !== "").join("\n");
}

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { Redactor } from "../cassette/redact.ts";
import type { Cassette } from "../cassette/types.ts";
import { runClaude, type RunClaudeResult } from "../launch/run-claude.ts";
import type { ReplayReport } from "../replay/player.ts";
import type { Surface } from "../replay/played-hop.ts";
import { recordSession, type RecordOptions } from "../replay/record.ts";
import { startStage } from "../replay/stage.ts";
import type { ScriptedServer } from "../scripted/options.ts";
import { scratch } from "./cassettes.ts";

/** A machine that a client may run on: its HOME, and a folder with files in it. */
export interface Machine {
  home: string;
  cwd: string;
}

export interface ClientRun {
  prompt: string;
  /** The small client. */
  bare?: boolean;
  env?: Record<string, string>;
}

const MODEL = "scripted";
const TOKEN = "session-token";

export function machine(folder: string[], files: Record<string, string> = {}): Machine {
  const root = scratch();
  const cwd = join(root, ...folder);
  mkdirSync(cwd, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
  return { home: join(root, "home"), cwd };
}

/** Records the real client on the scripted model, with the published redaction. */
export async function recordClient(
  server: ScriptedServer,
  on: Machine,
  run: ClientRun,
  provider: RecordOptions["backend"]["provider"] = "ollama",
): Promise<Cassette> {
  const { cassette } = await recordSession({
    folder: join(scratch(), "session"),
    title: "a session",
    redact: "published",
    backend: {
      kind: "scripted",
      description: "scripted",
      provider,
      baseUrl: provider === "openai" ? `${server.url}/v1` : server.url,
      model: MODEL,
    },
    token: TOKEN,
    client: { ...on, version: null, command: ["claude", "-p", run.prompt] },
    generator: { name: "bridge-conformance", version: "0" },
    env: {},
    run: (baseUrl) => runClaude({ baseUrl, model: MODEL, token: TOKEN, ...on, ...run }),
  });
  return cassette;
}

/** Plays a cassette to the real client on another machine. */
export async function replayClient(
  cassette: Cassette,
  on: Machine,
  run: ClientRun,
  surface: Surface = "front",
): Promise<{ client: RunClaudeResult; report: ReplayReport }> {
  const redactor = new Redactor({ profile: cassette.manifest.redaction.profile, ...on });
  const stage = await startStage(cassette, { surface, pace: "gap:5ms", redactor });
  onTestFinished(() => stage.close());
  const client = await runClaude({ baseUrl: stage.url, model: MODEL, ...on, ...run });
  return { client, report: stage.report() };
}

import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A session of the real client that is kept in `cassettes/`. */
export interface RecordedSession {
  name: string;
  provider: "ollama" | "openai" | "anthropic";
  /** On the small real model instead of the scripted one. */
  trueModel?: boolean;
  /** The scripted model on a real engine: its name there, and the variable that holds the server's base URL. */
  engine?: { model: string; url: string };
  /** Of `claude`. */
  args: string[];
  /** Prompts over stdin, each sent when the one before is answered. */
  prompts?: string[];
  /** Files that the session reads: from the project, to the folder it runs in. */
  files?: [from: string, to: string][];
  /** What the client's answer must hold. */
  answer: RegExp;
}

const COMMON = [
  "--dangerously-skip-permissions",
  "--strict-mcp-config",
  "--setting-sources",
  "",
  "--output-format",
  "stream-json",
  "--verbose",
];

export const RECORDED_SESSIONS: readonly RecordedSession[] = [
  {
    name: "parallel-tools",
    provider: "ollama",
    args: ["-p", "Do [[three-at-once]], please.", ...COMMON],
    answer: /Two worked and one failed\./,
  },
  {
    name: "two-prompts-image",
    provider: "openai",
    args: ["-p", "--input-format", "stream-json", ...COMMON],
    prompts: ["Please [[look-at-picture]].", "[[thank-you]] for that."],
    files: [["fixtures/images/red.png", "[[picture-seen]].png"]],
    answer: /The picture is a red square\.[^]*You are welcome\./,
  },
  {
    name: "true-model-text",
    provider: "openai",
    trueModel: true,
    args: ["--bare", "-p", "What is the capital of Japan?", ...COMMON],
    answer: /Tokyo/,
  },
  {
    name: "real-ollama-commands",
    provider: "ollama",
    engine: { model: "scripted-go", url: "RECORD_OLLAMA_URL" },
    args: ["-p", "Do [[two-commands]], please.", ...COMMON],
    answer: /Both commands have run\./,
  },
  {
    name: "real-ollama-thinking",
    provider: "ollama",
    engine: { model: "scripted-jinja", url: "RECORD_OLLAMA_URL" },
    args: ["-p", "Do [[think-then-call]], please.", ...COMMON],
    answer: /Done, with thinking\./,
  },
  {
    name: "real-llama-server-commands",
    provider: "openai",
    engine: { model: "scripted", url: "RECORD_LLAMA_SERVER_URL" },
    args: ["--bare", "-p", "Do [[two-commands]], please.", ...COMMON],
    answer: /Both commands have run\./,
  },
  {
    name: "real-ollama-messages",
    provider: "anthropic",
    engine: { model: "smollm2", url: "RECORD_OLLAMA_URL" },
    args: ["--bare", "--tools", "", "-p", "What is the capital of Japan?", ...COMMON],
    answer: /Tokyo/,
  },
];

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export interface SessionRun {
  exitCode: number;
  stdout: string;
  stderr: string;
}

export interface SessionPlace {
  home: string;
  cwd: string;
  /** Words of `bridge-conformance` up to `--`. */
  command: string[];
  env?: Record<string, string>;
}

/** Runs `bridge-conformance COMMAND -- claude …` for a session, in a clean environment and folders of its own. */
export async function runSession(session: RecordedSession, place: SessionPlace): Promise<SessionRun> {
  for (const folder of [place.home, place.cwd]) mkdirSync(folder, { recursive: true });
  for (const [from, to] of session.files ?? []) copyFileSync(join(ROOT, from), join(place.cwd, to));
  const program = join(ROOT, "src/cli/bridge-conformance.ts");
  const child = spawn(process.execPath, [program, ...place.command, "--", "claude", ...session.args], {
    cwd: place.cwd,
    env: { PATH: process.env["PATH"] ?? "", HOME: place.home, IS_SANDBOX: "1", ...place.env },
  });
  const prompts = [...(session.prompts ?? [])];
  const next = (): void => {
    const prompt = prompts.shift();
    if (prompt === undefined) return void child.stdin.end();
    child.stdin.write(`${JSON.stringify({ type: "user", message: { role: "user", content: prompt } })}\n`);
  };
  const run = { stdout: "", stderr: "" };
  createInterface({ input: child.stdout }).on("line", (line) => {
    run.stdout += `${line}\n`;
    if (line.includes('"type":"result"')) next();
  });
  child.stderr.on("data", (chunk: Buffer) => (run.stderr += chunk.toString()));
  child.stdin.on("error", () => undefined);
  next();
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? -1));
  });
  return { exitCode, ...run };
}

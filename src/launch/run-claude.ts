import { spawn } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { isResult, parseEvents, type ClaudeEvent, type ClaudeResult } from "./claude-result.ts";
import { endSession, SESSION_MARK } from "./end-session.ts";
import { ClaudeMissing, locateClaude } from "./find-claude.ts";

export interface RunClaudeOptions {
  /** The bridge, without `/v1`. */
  baseUrl: string;
  model: string;
  /** The user's words; `args` are used as they are when there is none. */
  prompt?: string;
  /** More arguments, after the ones this function gives. */
  args?: readonly string[];
  cwd: string;
  /** The client's own HOME, made when missing. Never the user's. */
  home: string;
  /** More variables; they win. */
  env?: Record<string, string>;
  /** Written to the client and closed; without it stdin is empty. */
  stdin?: string;
  /** By default two minutes. */
  timeoutMs?: number;
  /** The small client: three tools, hardly a prompt. */
  bare?: boolean;
  /** By default the one that `findClaude` finds. */
  binary?: string;
  /** By default `dummy`. */
  token?: string;
  /** By default everything runs, wherever it reaches: only for models whose words are known before. */
  permissions?: FolderPermissions;
  /** Ends the client and what it started, as the time limit does. */
  signal?: AbortSignal;
}

/**
 * Tools work in `cwd` unattended: reading, editing, commands that only read there, and the named ones. What
 * reaches elsewhere is refused, and nobody is asked. Source: https://code.claude.com/docs/en/permissions
 */
export interface FolderPermissions {
  /** Commands that may run besides, e.g. `node --test:*`. */
  commands: readonly string[];
}

export interface RunClaudeResult {
  /** 128 + n after a signal. */
  exitCode: number;
  signal: NodeJS.Signals | null;
  timedOut: boolean;
  stdout: string;
  stderr: string;
  /** Of `--output-format stream-json`. */
  events: ClaudeEvent[];
  result?: ClaudeResult;
}

/** Refuses every connection: nothing but loopback is in the client's reach. */
const DEAD_PROXY = "http://127.0.0.1:9";

function identity(name: string): string {
  return createHash("sha256").update(name).digest("hex");
}

/** A HOME whose client has no first-run questions and the same identity in every run. */
function seedHome(home: string): void {
  mkdirSync(home, { recursive: true });
  const file = join(home, ".claude.json");
  if (existsSync(file)) return;
  writeFileSync(file, JSON.stringify({ userID: identity("user"), machineID: identity("machine") }));
}

function environmentOf(options: RunClaudeOptions): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: options.home,
    TMPDIR: tmpdir(),
    // As root, Claude Code skips permissions only inside a sandbox.
    IS_SANDBOX: "1",
    ANTHROPIC_BASE_URL: options.baseUrl,
    ANTHROPIC_AUTH_TOKEN: options.token ?? "dummy",
    ANTHROPIC_MODEL: options.model,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    HTTP_PROXY: DEAD_PROXY,
    HTTPS_PROXY: DEAD_PROXY,
    NO_PROXY: "127.0.0.1,localhost,::1",
    ...options.env,
  };
}

function argumentsOf(options: RunClaudeOptions): string[] {
  const more = options.args ?? [];
  if (options.prompt === undefined) return [...more];
  return [
    ...(options.bare === true ? ["--bare"] : []),
    "-p",
    options.prompt,
    "--output-format",
    "stream-json",
    "--verbose",
    "--no-session-persistence",
    ...permissionsOf(options),
    "--strict-mcp-config",
    "--setting-sources",
    "",
    ...more,
  ];
}

function permissionsOf({ permissions }: RunClaudeOptions): string[] {
  if (permissions === undefined) return ["--dangerously-skip-permissions"];
  const rules = permissions.commands.map((command) => `Bash(${command})`);
  return ["--permission-mode", "acceptEdits", ...(rules.length === 0 ? [] : ["--allowedTools", ...rules])];
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString("utf8");
}

/**
 * Runs Claude Code without a terminal and without the user's HOME, variables or network: for
 * suites and tests. Leaves no process behind.
 * @throws ClaudeMissing
 */
export async function runClaude(options: RunClaudeOptions): Promise<RunClaudeResult> {
  const binary = options.binary ?? locateClaude();
  if (binary === null) throw new ClaudeMissing("there is no claude on PATH");
  seedHome(options.home);
  const mark = randomUUID();
  const child = spawn(binary, argumentsOf(options), {
    cwd: options.cwd,
    env: { ...environmentOf(options), [SESSION_MARK]: mark },
    stdio: "pipe",
    detached: true,
  });
  const endAll = (): void => endSession(child.pid, mark);
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  child.stdin.on("error", () => {});
  child.stdin.end(options.stdin ?? "");
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    endAll();
  }, options.timeoutMs ?? 120_000);
  if (options.signal?.aborted === true) endAll();
  options.signal?.addEventListener("abort", endAll);
  try {
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", endAll);
      child.once("close", (code, signal) => resolve([code, signal]));
    });
    const events = parseEvents(stdout());
    const result = events.findLast(isResult);
    return {
      exitCode: code ?? 128 + (signal === null ? 0 : constants.signals[signal]),
      signal,
      timedOut,
      stdout: stdout(),
      stderr: stderr(),
      events,
      ...(result === undefined ? {} : { result }),
    };
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", endAll);
  }
}

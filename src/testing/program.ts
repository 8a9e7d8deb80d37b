import { spawn, type ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const CLI = new URL("../cli/", import.meta.url);

export interface ProgramResult {
  code: number | null;
  /** Some process that it started, or that those started, outlived it by two seconds. */
  leftBehind: boolean;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface RunningProgram {
  child: ChildProcess;
  /** What it has written to stderr so far. */
  stderr: () => string;
  ended: Promise<ProgramResult>;
}

export interface ProgramOptions {
  /** The whole environment; by default this process's. */
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  stdin?: string;
}

/** Whether the process group still has a member after two seconds; each program leads its own. */
async function outlived(group: number): Promise<boolean> {
  for (let tries = 0; tries < 40; tries++) {
    try {
      process.kill(-group, 0);
    } catch {
      return false;
    }
    await sleep(50);
  }
  return true;
}

/** Starts one of the two programs from its source. */
export function startProgram(
  name: "bridge-conformance" | "claude-bridge",
  args: readonly string[],
  options: ProgramOptions = {},
): RunningProgram {
  const entry = fileURLToPath(new URL(`${name}.ts`, CLI));
  const child = spawn(process.execPath, [entry, ...args], {
    stdio: "pipe",
    env: options.env ?? process.env,
    cwd: options.cwd,
    detached: true,
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin.on("error", () => {});
  child.stdin.end(options.stdin ?? "");
  const ended = new Promise<ProgramResult>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      void outlived(child.pid ?? 0).then((leftBehind) =>
        resolve({ code, signal, leftBehind, stdout, stderr }),
      );
    });
  });
  return { child, stderr: () => stderr, ended };
}

export function runProgram(...args: Parameters<typeof startProgram>): Promise<ProgramResult> {
  return startProgram(...args).ended;
}

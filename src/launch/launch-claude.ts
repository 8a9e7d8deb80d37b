import { spawn, type ChildProcess } from "node:child_process";
import { constants } from "node:os";

export interface LaunchOptions {
  /** Path of the program. */
  binary: string;
  args: readonly string[];
  env: Record<string, string>;
}

export interface LaunchResult {
  /** As a shell reports it: the child's own, or 128 + the number of the signal that ended it. */
  exitCode: number;
  signal: NodeJS.Signals | null;
}

const FORWARDED: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** A terminal gives Ctrl-C to every process in its foreground, so the child has it already. */
function fromTerminal(signal: NodeJS.Signals): boolean {
  const terminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  return signal === "SIGINT" && terminal;
}

/** While the child runs, signals are its business: this process only passes them on. */
function forwardSignals(child: ChildProcess): () => void {
  const forward = (signal: NodeJS.Signals): void => {
    if (!fromTerminal(signal)) child.kill(signal);
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  return () => {
    for (const signal of FORWARDED) process.off(signal, forward);
  };
}

/**
 * Runs Claude Code in this terminal: it has stdin, stdout and stderr to itself, gets the signals
 * this process gets, and its end is the result. Rejects when the program cannot be started.
 */
export async function launchClaude(options: LaunchOptions): Promise<LaunchResult> {
  const child = spawn(options.binary, options.args, { env: options.env, stdio: "inherit" });
  const restore = forwardSignals(child);
  try {
    return await new Promise<LaunchResult>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code, signal) => {
        resolve({ exitCode: code ?? 128 + (signal === null ? 0 : constants.signals[signal]), signal });
      });
    });
  } finally {
    restore();
  }
}

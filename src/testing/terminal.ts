import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";

export interface TerminalOptions {
  /** Program and arguments. */
  command: readonly string[];
  env: Record<string, string | undefined>;
  cwd: string;
}

/** A program in a pseudo-terminal of 120 × 40. */
export interface Terminal {
  type: (keys: string) => void;
  /**
   * Resolves when the program has drawn the words since the last time this was asked; spaces do not
   * count, since programs move the cursor instead. Rejects with what was drawn, after a minute.
   */
  shown: (words: string) => Promise<void>;
  /** Exit code of the program. */
  ended: Promise<number | null>;
  /** Hangs up, if it still runs. */
  close: () => Promise<void>;
}

/** Why there is no pseudo-terminal here; null when there is one. `script` is part of util-linux. */
export function terminalDefect(): string | null {
  try {
    if (execFileSync("script", ["--version"], { encoding: "utf8" }).includes("util-linux")) return null;
  } catch {
    // It is not there at all.
  }
  return "there is no `script` of util-linux on this machine";
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

function squeezed(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/\s+/g, "");
}

/** Starts the program with a terminal as its stdin, stdout and stderr. */
export function startTerminal({ command, env, cwd }: TerminalOptions): Terminal {
  const line = `stty rows 40 cols 120; exec ${command.map(quoted).join(" ")}`;
  const child = spawn("script", ["-qfec", line, "/dev/null"], {
    cwd,
    env: { ...env, TERM: "xterm-256color", SHELL: "/bin/sh" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  let drawn = "";
  let seen = 0;
  child.stdout.setEncoding("utf8").on("data", (text: string) => (drawn += text));
  child.stdin.on("error", () => undefined);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code));
  });
  const shown = async (words: string): Promise<void> => {
    const wanted = squeezed(words);
    const deadline = Date.now() + 60_000;
    for (;;) {
      const text = squeezed(drawn);
      const at = text.indexOf(wanted, seen);
      if (at !== -1) {
        seen = at + wanted.length;
        return;
      }
      if (Date.now() > deadline || child.exitCode !== null)
        throw new Error(`"${words}" was not shown; the end of what was: ${text.slice(-1500)}`);
      await Promise.race([once(child.stdout, "data"), sleep(1_000)]);
    }
  };
  return {
    type: (keys) => void child.stdin.write(keys),
    shown,
    ended,
    close: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
      await ended;
    },
  };
}

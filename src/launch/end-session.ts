import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** The variable that tells the processes of one session from all others: children inherit it. */
export const SESSION_MARK = "BRIDGE_CONFORMANCE_SESSION";

/** A process that is ended may just have started another one. */
const ROUNDS = 5;

/**
 * Ends a client and whatever it started. Its process group is not enough: Claude Code gives each command of its
 * Bash tool a session of its own (seen with 2.1.330), and when the client is killed those go on.
 * @param pid of the client, the leader of its group; undefined when it never started
 */
export function endSession(pid: number | undefined, mark: string): void {
  if (pid === undefined) return;
  const children = readsEnvironments() ? [] : descendants(pid);
  kill(-pid);
  for (const child of children) kill(child);
  for (let round = 0; round < ROUNDS; round++) {
    const left = marked(mark);
    if (left.length === 0) return;
    for (const one of left) kill(one);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Nobody is left.
  }
}

function readsEnvironments(): boolean {
  return process.platform === "linux";
}

/** Processes that run with the mark, whoever is their parent by now; none where that cannot be read. */
function marked(mark: string): number[] {
  if (!readsEnvironments()) return [];
  const wanted = `${SESSION_MARK}=${mark}`;
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && environmentOf(name).includes(wanted))
    .map(Number);
}

/** Empty for a process that has ended or is another user's. */
function environmentOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1").split("\0");
  } catch {
    return [];
  }
}

/** All processes below one, by their parents. */
function descendants(pid: number): number[] {
  const rows = parents();
  const below = (one: number): number[] =>
    rows.filter(([, parent]) => parent === one).flatMap(([child]) => [child, ...below(child)]);
  return below(pid);
}

function parents(): (readonly [pid: number, parent: number])[] {
  try {
    const table = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" });
    return table.split("\n").map((line) => {
      const [pid = 0, parent = 0] = line.trim().split(/\s+/).map(Number);
      return [pid, parent] as const;
    });
  } catch {
    return [];
  }
}

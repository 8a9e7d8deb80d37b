import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { promisify } from "node:util";

const PREFIX = "bridge-conformance";

/** Of containers: who made it. All are needed to know whether that one is still there. */
export const LABEL: Readonly<Record<"run" | "pid" | "started" | "host", string>> = {
  run: `${PREFIX}.run`,
  pid: `${PREFIX}.pid`,
  started: `${PREFIX}.started`,
  host: `${PREFIX}.host`,
};

export type Labels = Readonly<Record<string, string>>;

/** Labels of one run: its own random id, and the process that answers for it. */
export async function ownLabels(): Promise<{ run: string; labels: Labels }> {
  const run = randomBytes(8).toString("hex");
  const labels = {
    [LABEL.run]: run,
    [LABEL.pid]: String(process.pid),
    [LABEL.started]: (await startOf(process.pid)) ?? "",
    [LABEL.host]: hostname(),
  };
  return { run, labels };
}

/**
 * When a process was started, in the system's own words, so that a later process of the same number is told
 * apart. Undefined when there is no such process.
 */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    if (process.platform !== "linux") {
      const { stdout } = await promisify(execFile)("ps", ["-o", "lstart=", "-p", String(pid)]);
      return stdout.trim() || undefined;
    }
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // The name in brackets may hold anything; field 22, counted from 1, is the start in ticks since boot.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}

/** Whether the process that made a container has ended. Of another machine's nothing is known: it has not. */
export async function ownerIsGone(labels: Labels): Promise<boolean> {
  if (labels[LABEL.run] === undefined || labels[LABEL.host] !== hostname()) return false;
  const pid = Number(labels[LABEL.pid]);
  if (!Number.isInteger(pid) || pid <= 0) return false;
  return (await startOf(pid)) !== labels[LABEL.started];
}

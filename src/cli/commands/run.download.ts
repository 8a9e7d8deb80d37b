import { createInterface } from "node:readline/promises";
import type { Download, DownloadProgress } from "../../backends/backend.ts";

export { errorLine } from "../exit.ts";

/** Where questions and progress are written. */
type Output = Pick<NodeJS.WriteStream, "write"> & { isTTY?: boolean; columns?: number };

const WIDTH = 24;

function size(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** One line: a bar, a share and the bytes; while no size is known, what is being done. */
export function barLine({ name, status, completed, total }: DownloadProgress): string {
  if (total === 0) return `${name}: ${status}`;
  const share = Math.min(1, completed / total);
  const full = Math.round(share * WIDTH);
  const bar = "#".repeat(full) + "-".repeat(WIDTH - full);
  return `${name} [${bar}] ${Math.floor(share * 100)}% of ${size(total)}, ${status}`;
}

/** A bar on a terminal; elsewhere a line at each tenth. */
export function downloadBar(output: Output): (progress: DownloadProgress) => void {
  let tenth = -1;
  let name = "";
  return (progress) => {
    const { completed, total, status } = progress;
    if (progress.name !== name) tenth = -1;
    name = progress.name;
    const ended = status === "success" || status.startsWith("Status: ");
    if (output.isTTY === true) {
      const line = barLine(progress).slice(0, (output.columns ?? 100) - 1);
      output.write(`\r\u001b[K${line}${ended ? "\n" : ""}`);
      return;
    }
    const now = total === 0 ? 0 : Math.floor((completed / total) * 10);
    if (now <= tenth && !ended) return;
    tenth = Math.max(now, tenth);
    output.write(`${barLine(progress)}\n`);
  };
}

/** Asks on a terminal; elsewhere only `--yes` is an answer. Enter alone is no. */
export function asking(
  yes: boolean,
  output: NodeJS.WriteStream,
  signal: AbortSignal | undefined,
): (download: Download) => Promise<boolean> {
  return async ({ name, by }) => {
    if (yes) return true;
    if (!process.stdin.isTTY || !output.isTTY) return false;
    const ask = createInterface({ input: process.stdin, output });
    // In raw mode the terminal sends no SIGINT: the interface hears Ctrl-C and passes it on.
    ask.once("SIGINT", () => process.kill(process.pid, "SIGINT"));
    try {
      const answer = await ask.question(`Download ${name} (to ${by})? [y/N] `, {
        ...(signal !== undefined && { signal }),
      });
      return /^y(es)?$/iu.test(answer.trim());
    } catch {
      return false;
    } finally {
      ask.close();
    }
  };
}

import { debuglog } from "node:util";
import { errorLine, exitCodeOf } from "./exit.ts";

const debug = debuglog("bridge-conformance");

/** No colour when the stream is no terminal or `NO_COLOR` is set (https://no-color.org). */
export function hasColor(stream: { isTTY?: boolean }): boolean {
  return stream.isTTY === true && !process.env["NO_COLOR"];
}

/** Columns of the terminal; 100 when there is none. */
export function widthOf(stream: { isTTY?: boolean; columns?: number }): number {
  return (stream.isTTY === true ? stream.columns : undefined) ?? 100;
}

/** A reader that has gone (`| head`) is no error: what is written for it from then on is dropped. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}

/**
 * Runs a program's body; an error becomes one line on stderr and an exit code. The stack is shown
 * with `NODE_DEBUG=bridge-conformance`.
 */
export async function runProgram(body: () => Promise<void>): Promise<void> {
  for (const stream of [process.stdout, process.stderr])
    if (!stream.listeners("error").includes(ignoreClosedPipe)) stream.on("error", ignoreClosedPipe);
  try {
    await body();
  } catch (error) {
    debug("%o", error);
    process.stderr.write(`${errorLine(error)}\n`);
    process.exitCode = exitCodeOf(error);
  }
}

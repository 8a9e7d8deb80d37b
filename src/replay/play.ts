import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { headerOf, type RecordedResponse, type ResponseTiming } from "../cassette/types.ts";
import { chunksAt } from "../wire/chunks.ts";
import { breakOff } from "./leave.ts";
import { delaysOf, type Pace } from "./pace.ts";

const ABORTED = /^client-abort@/;

/**
 * Gives a recorded answer on a real socket: its chunks, each a write of its own, and its end. Where the
 * recorded receiver left, this one may leave too: the answer then stays open until it does.
 */
export async function play(
  recorded: RecordedResponse,
  timing: ResponseTiming | undefined,
  pace: Pace,
  outgoing: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  outgoing.on("close", () => gone.abort());
  if (recorded.status === null) return leave(recorded, outgoing);
  const chunks = recorded.body.length === 0 ? [] : chunksAt(recorded.body, recorded.cuts);
  const delays = delaysOf(pace, timing?.chunks ?? [], chunks.length);
  outgoing.writeHead(recorded.status, headersOf(recorded));
  if (recorded.end === "complete" && chunks.length === 0) {
    outgoing.end();
    return;
  }
  outgoing.flushHeaders();
  for (const [index, chunk] of chunks.entries()) {
    // Writes of one tick would leave as one.
    await pause(delays[index] ?? 0, gone.signal);
    if (gone.signal.aborted) return;
    await new Promise<void>((resolve) => outgoing.write(chunk, () => resolve()));
  }
  if (recorded.end === "complete") outgoing.end();
  else leave(recorded, outgoing);
}

function headersOf(recorded: RecordedResponse): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of recorded.headers) if (name !== "transfer-encoding") headers[name] = value;
  const length = headerOf(recorded.headers, "content-length");
  // A length that the recorded end did not reach is part of the fault.
  if (length !== undefined && recorded.end === "complete")
    headers["content-length"] = String(recorded.body.length);
  return headers;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms < 1) return new Promise((resolve) => setImmediate(resolve));
  return sleep(ms, undefined, { signal }).catch(() => undefined);
}

function leave(recorded: RecordedResponse, outgoing: ServerResponse): void {
  const { socket } = outgoing;
  if (ABORTED.test(recorded.end) || recorded.end === "timeout" || socket === null) return;
  breakOff(socket, recorded.end === "rst" ? "rst" : "fin");
}

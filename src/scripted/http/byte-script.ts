import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { splitBytes } from "../../wire/chunks.ts";
import type { ByteScript, ByteStep, Split } from "../script.ts";

/** Writes closer together than this reach a reader of another process as one. */
const GAP_MS = 5;
/** A reset drops what the peer has not read yet: let it read first. */
const BEFORE_RESET_MS = 20;

/** Responses whose connection a script broke: the peer did not leave. */
export const brokenOnPurpose: WeakSet<ServerResponse> = new WeakSet();

/**
 * Plays a byte script on a real socket. A script without an end of its own ends cleanly.
 * `streamType` is the content type when the script names none and its status is 200.
 */
export async function playByteScript(
  response: ServerResponse,
  script: ByteScript,
  streamType: string,
): Promise<void> {
  response.removeHeader("Connection");
  response.setHeader("Content-Type", streamType);
  for (const step of script) {
    if (response.destroyed) return;
    if (await playStep(response, step)) return;
  }
  response.end();
}

/** True when the exchange is over. */
async function playStep(response: ServerResponse, step: ByteStep): Promise<boolean> {
  if ("status" in step) setHead(response, step.status, step.headers ?? {});
  else if ("write" in step) await writeSplit(response, Buffer.from(step.write), step.split);
  else if ("b64" in step) await writeSplit(response, Buffer.from(step.b64, "base64"), step.split);
  else if ("wait" in step) await waitOrLeave(response, step.wait);
  else if ("fin" in step) {
    response.end();
    return true;
  } else if ("rst" in step) {
    await sleep(BEFORE_RESET_MS);
    brokenOnPurpose.add(response);
    response.socket?.resetAndDestroy();
    return true;
  } else if ("cut" in step) {
    brokenOnPurpose.add(response);
    response.socket?.destroySoon();
    return true;
  } else {
    await once(response, "close");
    return true;
  }
  return false;
}

function setHead(response: ServerResponse, status: number, headers: Record<string, string>): void {
  response.statusCode = status;
  if (status !== 200) response.setHeader("Content-Type", "application/json");
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}

async function writeSplit(response: ServerResponse, bytes: Buffer, split: Split = "whole"): Promise<void> {
  for (const chunk of splitBytes(bytes, split)) {
    if (response.destroyed) return;
    await flushed(response, chunk);
    if (split !== "whole") await sleep(GAP_MS);
  }
}

function flushed(response: ServerResponse, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    response.write(chunk, () => resolve());
  });
}

async function waitOrLeave(response: ServerResponse, ms: number): Promise<void> {
  const gone = new AbortController();
  const leave = (): void => gone.abort();
  response.once("close", leave);
  // The wait ends early when the peer leaves: that is no failure.
  await sleep(ms, undefined, { signal: gone.signal }).catch(() => undefined);
  response.off("close", leave);
}

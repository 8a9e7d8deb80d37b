import { setTimeout as sleep } from "node:timers/promises";
import {
  UpstreamUnreachable,
  type OutgoingRequest,
  type SendOptions,
  type UpstreamAnswer,
} from "./upstream-client.ts";
import { UpstreamBroken } from "./upstream-body.ts";
import type { Core } from "./core.ts";

/** Waits between tries; together less than a second, so that a client's own retries stay in charge. */
const PAUSES_MS = [120, 380];

const RETRIED_STATUS = new Set([502, 503, 529]);

/** Connection faults that a second try can cure. A timeout is none: it has cost enough already. */
const RETRIED_CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "UND_ERR_SOCKET",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

/**
 * Sends a request, again when the connection fails or the server is briefly unavailable. Nothing
 * of the answer's body has been read when it resolves. 429 is the client's business.
 */
export async function sendWithRetries(
  core: Core,
  request: OutgoingRequest,
  options: SendOptions,
): Promise<UpstreamAnswer> {
  for (let attempt = 0; ; attempt++) {
    const last = attempt >= core.settings.maxRetries;
    const pause = PAUSES_MS[Math.min(attempt, PAUSES_MS.length - 1)] ?? 0;
    try {
      const answer = await core.client.send(request, options);
      if (last || !RETRIED_STATUS.has(answer.status) || asksToWait(answer)) return answer;
      answer.body.abort(new UpstreamBroken("RETRIED"));
      core.log.debug({ attempt, status: answer.status }, "retry");
    } catch (error) {
      if (last || !(error instanceof UpstreamUnreachable) || !RETRIED_CODES.has(error.code)) throw error;
      core.log.debug({ attempt, code: error.code }, "retry");
    }
    core.metrics.retries++;
    await sleep(pause, undefined, { signal: options.signal });
  }
}

/** The server names a time to come back: that is forwarded, not slept through. */
function asksToWait(answer: UpstreamAnswer): boolean {
  return answer.headers["retry-after"] !== undefined || answer.headers["retry-after-ms"] !== undefined;
}

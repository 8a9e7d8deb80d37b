import type { ApiError } from "../messages/api-error.ts";
import type { MessageEvent } from "../messages/types.ts";
import type { UpstreamDelta, UpstreamUsage } from "../upstream/delta.ts";
import type { Intervention } from "./context.ts";

/**
 * Turns what an upstream says into the events of one Messages answer. Purely sequential: the events
 * of a call depend on nothing but the deltas so far.
 */
export interface StreamTranslator {
  /** `message_start`, if it was not sent yet: for a bridge that answers before the upstream spoke. */
  start(): MessageEvent[];
  push(deltas: readonly UpstreamDelta[]): MessageEvent[];
  /** The upstream's body has ended: ends the answer, or emits `error` when it was cut. */
  end(): MessageEvent[];
  /** Something outside the body failed (a reset, a timeout): emits `error`. */
  fail(failure: ApiError): MessageEvent[];
  /** The answer is complete or failed; the upstream may be cancelled. */
  readonly finished: boolean;
  /** Why the answer ended in `error`; while nothing was sent yet it can still be an HTTP status. */
  readonly failure: ApiError | null;
  /** It failed for want of a call that `tool_choice` demanded; only `error` was emitted. */
  readonly ignoredToolChoice: boolean;
  /** What the upstream has counted so far. */
  readonly usage: Readonly<UpstreamUsage>;
  readonly interventions: readonly Intervention[];
  /** Codes of what was guessed or dropped while answering, for the log. */
  readonly notes: readonly string[];
}

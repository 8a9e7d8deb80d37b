import type { StopReason } from "../../messages/types.ts";
import type { UpstreamUsage } from "../../upstream/delta.ts";
import type { AnswerContext } from "../context.ts";

/** Words for an end that is no end: the answer failed or was given up. */
const FAILED = new Set(["error", "abort", "aborted", "cancelled", "canceled"]);
const KNOWN = new Set([
  "stop",
  "length",
  "tool_calls",
  "function_call",
  "content_filter",
  "load",
  "unload",
  "eos",
]);

export function isFailure(reason: string): boolean {
  return FAILED.has(reason);
}

export interface Ending {
  /** The upstream's word; null when it gave none. */
  reason: string | null;
  /** Tool calls in the answer. */
  calls: number;
  refused: boolean;
  usage: UpstreamUsage;
}

/** The stop reason that an upstream's end stands for, and a note when it is a guess. */
export function stopReasonOf(ending: Ending, context: AnswerContext): { stop: StopReason; note?: string } {
  const { reason, calls } = ending;
  if (ending.refused || reason === "content_filter") return { stop: "refusal" };
  if (reason === "length")
    return { stop: contextIsFull(ending.usage, context) ? "model_context_window_exceeded" : "max_tokens" };
  if (calls > 0) return { stop: "tool_use" };
  if (reason === null) return { stop: "end_turn", note: "finish-missing" };
  if (reason === "tool_calls" || reason === "function_call")
    return { stop: "end_turn", note: "finish-without-call" };
  return KNOWN.has(reason) ? { stop: "end_turn" } : { stop: "end_turn", note: "finish-unknown" };
}

/** The answer was cut by the context, not by what the client asked for. */
function contextIsFull(usage: UpstreamUsage, context: AnswerContext): boolean {
  const output = usage.completionTokens;
  if (output === undefined || output >= context.maxTokens) return false;
  if (context.contextLimited) return true;
  const window = context.contextWindow;
  return window !== null && usage.promptTokens !== undefined && usage.promptTokens + output >= window;
}

import type { Answer } from "../../messages/types.ts";
import type { AnswerContext } from "../context.ts";
import { startUsage } from "./usage.ts";

/** What `message_start` holds. */
export function emptyAnswer(id: string, context: Pick<AnswerContext, "model" | "inputTokens">): Answer {
  return {
    id,
    type: "message",
    role: "assistant",
    model: context.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    container: null,
    diagnostics: null,
    context_management: null,
    usage: startUsage(context.inputTokens),
  };
}

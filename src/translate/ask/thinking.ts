import type { Effort, MessagesRequest, ThinkingConfig } from "../../messages/types.ts";
import type { ModelFlags } from "../../upstream/flags.ts";
import type { Notes } from "./notes.ts";

export type Level = "low" | "medium" | "high";

export interface Thinking {
  on: boolean;
  /** How much; null when the client did not say. */
  level: Level | null;
  /** As in `AnswerContext.reasoning`. */
  reasoning: "shown" | "omitted" | "hidden";
}

const LEVELS: Record<Effort, Level> = {
  low: "low",
  medium: "medium",
  high: "high",
  xhigh: "high",
  max: "high",
};

/**
 * Whether the model is to think, and what becomes of it. Without the field it does not: such requests
 * are side queries with a small `max_tokens`, which unasked reasoning would use up. `effort` never
 * turns thinking on. A forced tool call turns it off for the request.
 */
export function readThinking(
  request: MessagesRequest,
  flags: ModelFlags,
  forced: boolean,
  notes: Notes,
): Thinking {
  const { thinking } = request;
  if (thinking === undefined || thinking === null || forced || !isOn(thinking, request)) {
    return { on: false, level: null, reasoning: "hidden" };
  }
  if (thinking.type === "enabled") notes.addHarmless("thinking-budget-not-enforced");
  const { display } = thinking;
  return {
    on: flags.thinking !== "none",
    level: levelOf(thinking, request.output_config?.effort),
    reasoning: display === "omitted" || display === "updates" ? "omitted" : "shown",
  };
}

function isOn(thinking: ThinkingConfig, request: MessagesRequest): boolean {
  if (thinking.type === "between_tools") return endsWithResults(request);
  return thinking.type !== "disabled";
}

function endsWithResults(request: MessagesRequest): boolean {
  const last = request.messages.findLast((message) => message.role !== "system");
  return (
    last?.role === "user" &&
    typeof last.content !== "string" &&
    last.content.some((block) => block.type === "tool_result")
  );
}

function levelOf(thinking: ThinkingConfig, effort: Effort | undefined): Level | null {
  if (effort !== undefined && effort !== null) return LEVELS[effort];
  const budget = thinking.budget_tokens;
  if (thinking.type !== "enabled" || budget === undefined) return null;
  return budget < 4000 ? "low" : budget < 16_000 ? "medium" : "high";
}

/** Ollama's `think`, always explicit: left out, a thinking model thinks. */
export function ollamaThink(thinking: Thinking, flags: ModelFlags): boolean | Level {
  if (flags.thinking === "always") return thinking.on ? (thinking.level ?? true) : "low";
  if (!thinking.on) return false;
  return flags.thinking === "levels" ? (thinking.level ?? true) : true;
}

/** OpenAI's `reasoning_effort`; undefined when nothing is to be said. */
export function openAiEffort(thinking: Thinking, flags: ModelFlags): Level | "none" | undefined {
  if (flags.thinking === "none") return undefined;
  if (thinking.on) return thinking.level ?? undefined;
  return flags.thinking === "always" ? "low" : "none";
}

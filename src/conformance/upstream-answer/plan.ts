import type { AnswerItem, CallSpec, PerDialect } from "../case.ts";
import type { Dialect } from "../../upstream/delta.ts";

export interface PlannedUsage {
  prompt: number;
  completion: number;
  cached?: number;
}

export type PlannedItem = Exclude<
  AnswerItem,
  { finish: string | null } | { usage: unknown } | { end: string } | { status: number }
>;

/** An answer with everything that the case left unsaid filled in. */
export interface AnswerPlan {
  items: PlannedItem[];
  finish: string | null;
  usage: PlannedUsage | null;
  end: "done" | "fin" | "cut" | "rst" | "stall";
  /** The answer is this status and body, and nothing else. */
  failure: { status: number; headers: Record<string, string>; body: PerDialect<string> } | null;
}

const DEFAULT_USAGE: PlannedUsage = { prompt: 12, completion: 5 };

/** Finish reason, usage and a clean end, unless the case says otherwise. */
export function planAnswer(answer: readonly AnswerItem[]): AnswerPlan {
  const plan: AnswerPlan = { items: [], finish: null, usage: DEFAULT_USAGE, end: "done", failure: null };
  let finish: string | null | undefined;
  for (const item of answer) {
    if ("finish" in item) finish = item.finish;
    else if ("usage" in item) plan.usage = item.usage;
    else if ("end" in item) plan.end = item.end;
    else if ("status" in item)
      plan.failure = { status: item.status, headers: item.headers ?? {}, body: item.body ?? "" };
    else plan.items.push(item);
  }
  plan.finish = finish === undefined ? defaultFinish(plan) : finish;
  return plan;
}

/** An answer that breaks off, or that is given as bytes, has only the finish it states. */
function defaultFinish(plan: AnswerPlan): string | null {
  if (plan.end !== "done" || plan.items.some((item) => "raw" in item)) return null;
  return plan.items.some((item) => "call" in item) ? "tool_calls" : "stop";
}

export function forDialect<T>(value: PerDialect<T>, dialect: Dialect): T | undefined {
  if (typeof value === "object" && value !== null && ("openai" in value || "ollama" in value)) {
    return value[dialect];
  }
  return value as T;
}

/** The text in the pieces in which the model says it. */
export function piecesOf(text: string | string[], by: "char" | undefined): string[] {
  const pieces = Array.isArray(text) ? text : [text];
  return by === "char" ? pieces.flatMap((piece) => Array.from(piece)) : pieces;
}

/** The arguments as raw JSON text, in fragments. */
export function fragmentsOf(call: CallSpec): string[] {
  if (call.fragments !== undefined) return call.fragments;
  return "arguments" in call ? [JSON.stringify(call.arguments)] : [];
}

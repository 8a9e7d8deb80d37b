import type { ByteScript, ByteStep, Split } from "../../scripted/script.ts";
import type { Dialect } from "../../upstream/delta.ts";
import type { AnswerItem } from "../case.ts";
import { ollamaBody, ollamaLines } from "./ollama.ts";
import { openAiBody, openAiFrames } from "./openai.ts";
import { forDialect, planAnswer, type AnswerPlan } from "./plan.ts";

const CONTENT_TYPE: Record<Dialect, [streamed: string, whole: string]> = {
  openai: ["text/event-stream; charset=utf-8", "application/json"],
  ollama: ["application/x-ndjson", "application/json; charset=utf-8"],
};

const END: Record<AnswerPlan["end"], ByteStep> = {
  done: { fin: true },
  fin: { fin: true },
  cut: { cut: true },
  rst: { rst: true },
  stall: { stall: true },
};

/**
 * The neutral answer as the bytes of a dialect. `streamed` is what the upstream request asked for;
 * `split` cuts the bytes of each run between waits.
 */
export function renderAnswer(
  answer: readonly AnswerItem[],
  dialect: Dialect,
  streamed: boolean,
  split: Split = "line",
): ByteScript {
  const plan = planAnswer(answer);
  if (plan.failure !== null) return failure(plan.failure, dialect);
  const status = { status: 200, headers: { "content-type": CONTENT_TYPE[dialect][streamed ? 0 : 1] } };
  const parts = streamed ? streamedParts(plan, dialect) : [wholeBody(plan, dialect)];
  return [status, ...writes(parts, split), END[plan.end]];
}

function streamedParts(plan: AnswerPlan, dialect: Dialect): (string | { wait: number })[] {
  return dialect === "openai" ? openAiFrames(plan) : ollamaLines(plan);
}

/** A body given as bytes stays; a body that is broken off loses its second half. */
function wholeBody(plan: AnswerPlan, dialect: Dialect): string {
  const [only] = plan.items;
  if (only !== undefined && "raw" in only) return forDialect(only.raw, dialect) ?? "";
  if (only !== undefined && "frame" in only) return JSON.stringify(forDialect(only.frame, dialect) ?? {});
  const body = dialect === "openai" ? openAiBody(plan) : ollamaBody(plan);
  return plan.end === "done" ? body : body.slice(0, Math.floor(body.length / 2));
}

function failure(plan: NonNullable<AnswerPlan["failure"]>, dialect: Dialect): ByteScript {
  const headers = { "content-type": "application/json", ...plan.headers };
  return [{ status: plan.status, headers }, { write: forDialect(plan.body, dialect) ?? "" }, { fin: true }];
}

/** One write per frame by default (`line`); any other split cuts the joined bytes of a run. */
function writes(parts: readonly (string | { wait: number })[], split: Split): ByteStep[] {
  const steps: ByteStep[] = [];
  for (const part of parts) {
    if (typeof part !== "string") steps.push(part);
    else if (split === "line") steps.push({ write: part });
    else append(steps, part, split);
  }
  return steps.filter((step) => !("write" in step) || step.write !== "");
}

function append(steps: ByteStep[], text: string, split: Split): void {
  const last = steps.at(-1);
  if (last !== undefined && "write" in last) last.write += text;
  else steps.push({ write: text, split });
}

import type { CallSpec } from "../case.ts";
import {
  forDialect,
  fragmentsOf,
  piecesOf,
  type AnswerPlan,
  type PlannedItem,
  type PlannedUsage,
} from "./plan.ts";

const HEAD = '"model":"scripted","created_at":"2026-01-01T00:00:00.000000001Z"';

/** The lines of a streamed `/api/chat` answer, in order; an item that is no line passes through. */
export function ollamaLines(plan: AnswerPlan): (string | { wait: number })[] {
  const lines: (string | { wait: number })[] = [];
  let calls = 0;
  for (const item of plan.items) {
    lines.push(...linesOf(item, calls));
    if ("call" in item) calls++;
  }
  if (plan.end !== "done" || plan.items.some((item) => "raw" in item)) return lines;
  lines.push(`{${HEAD},"message":{"role":"assistant","content":""},${ending(plan)}}\n`);
  return lines;
}

/** The same answer as one JSON body (`stream: false`). */
export function ollamaBody(plan: AnswerPlan): string {
  const said = (key: "text" | "reasoning"): string =>
    plan.items
      .map((item) => (key in item ? piecesOf((item as never)[key], undefined).join("") : ""))
      .join("");
  const calls = plan.items.filter((item) => "call" in item).map(({ call }, index) => callJson(call, index));
  const reasoning = said("reasoning");
  const members = [
    '"role":"assistant"',
    `"content":${JSON.stringify(said("text"))}`,
    ...(reasoning === "" ? [] : [`"thinking":${JSON.stringify(reasoning)}`]),
    ...(calls.length === 0 ? [] : [`"tool_calls":[${calls.join(",")}]`]),
  ];
  return `{${HEAD},"message":{${members.join(",")}},${ending(plan)}}`;
}

function linesOf(item: PlannedItem, callIndex: number): (string | { wait: number })[] {
  if ("wait" in item) return [{ wait: item.wait }];
  if ("raw" in item) return [forDialect(item.raw, "ollama") ?? ""];
  if ("frame" in item) {
    const frame = forDialect(item.frame, "ollama");
    return frame === undefined ? [] : [`${JSON.stringify(frame)}\n`];
  }
  if ("text" in item)
    return piecesOf(item.text, item.by).map((piece) => line(`"content":${JSON.stringify(piece)}`));
  if ("reasoning" in item) {
    return piecesOf(item.reasoning, item.by).map((piece) =>
      line(`"content":"","thinking":${JSON.stringify(piece)}`),
    );
  }
  if ("refusal" in item) throw new Error("Ollama has no refusal: mark the send `only: openai`");
  return [line(`"content":"","tool_calls":[${callJson(item.call, callIndex)}]`)];
}

/** Ollama sends a call whole, with its arguments as an object. */
function callJson(call: CallSpec, position: number): string {
  const fragments = fragmentsOf(call).join("");
  const members = [
    ...(call.index === null ? [] : [`"index":${call.index ?? position}`]),
    ...(call.name === undefined ? [] : [`"name":${JSON.stringify(call.name)}`]),
    `"arguments":${fragments === "" ? "{}" : fragments}`,
  ];
  const id = call.id === null ? "" : `"id":${JSON.stringify(call.id ?? `call_${position + 1}`)},`;
  return `{${id}"function":{${members.join(",")}}}`;
}

function line(message: string): string {
  return `{${HEAD},"message":{"role":"assistant",${message}},"done":false}\n`;
}

/** Ollama says `stop` after tool calls too. */
function ending(plan: AnswerPlan): string {
  const reason = plan.finish === "tool_calls" ? "stop" : plan.finish;
  const counts = plan.usage === null ? "" : `,${usage(plan.usage)}`;
  return `"done":true${reason === null ? "" : `,"done_reason":${JSON.stringify(reason)}`}${counts}`;
}

function usage(counts: PlannedUsage): string {
  return [
    '"total_duration":1000000',
    '"load_duration":1000',
    `"prompt_eval_count":${counts.prompt}`,
    '"prompt_eval_duration":1000',
    `"eval_count":${counts.completion}`,
    '"eval_duration":1000',
  ].join(",");
}

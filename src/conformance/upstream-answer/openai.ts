import type { CallSpec } from "../case.ts";
import {
  forDialect,
  fragmentsOf,
  piecesOf,
  type AnswerPlan,
  type PlannedItem,
  type PlannedUsage,
} from "./plan.ts";

const BASE = {
  id: "chatcmpl-501",
  created: 1_764_000_000,
  model: "scripted",
  system_fingerprint: "fp_scripted",
};

/** The frames of a streamed chat completion, in order; an item that is no frame passes through. */
export function openAiFrames(plan: AnswerPlan): (string | { wait: number })[] {
  const frames: (string | { wait: number })[] = [];
  let calls = 0;
  for (const item of plan.items) {
    frames.push(...framesOf(item, calls));
    if ("call" in item) calls++;
  }
  if (plan.finish !== null) frames.push(chunk({}, plan.finish));
  if (plan.end !== "done" || plan.items.some((item) => "raw" in item)) return frames;
  if (plan.usage !== null) frames.push(sse({ ...head(), choices: [], usage: usage(plan.usage) }));
  frames.push("data: [DONE]\n\n");
  return frames;
}

/** The same answer as one JSON body. */
export function openAiBody(plan: AnswerPlan): string {
  const said = (key: "text" | "reasoning" | "refusal"): string =>
    plan.items
      .map((item) => (key in item ? piecesOf((item as never)[key], undefined).join("") : ""))
      .join("");
  const calls = plan.items.filter((item) => "call" in item).map(({ call }, index) => wholeCall(call, index));
  const refusal = said("refusal");
  const reasoning = said("reasoning");
  const text = said("text");
  const message = {
    role: "assistant",
    content: text === "" && calls.length > 0 ? null : text,
    ...(reasoning === "" ? {} : { reasoning_content: reasoning }),
    ...(refusal === "" ? {} : { refusal }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
  return JSON.stringify({
    ...BASE,
    object: "chat.completion",
    choices: [{ index: 0, message, finish_reason: plan.finish }],
    ...(plan.usage === null ? {} : { usage: usage(plan.usage) }),
  });
}

function framesOf(item: PlannedItem, callIndex: number): (string | { wait: number })[] {
  if ("wait" in item) return [{ wait: item.wait }];
  if ("raw" in item) return [forDialect(item.raw, "openai") ?? ""];
  if ("frame" in item) {
    const frame = forDialect(item.frame, "openai");
    return frame === undefined ? [] : [sse(frame)];
  }
  if ("text" in item) return piecesOf(item.text, item.by).map((content) => chunk({ content }));
  if ("reasoning" in item)
    return piecesOf(item.reasoning, item.by).map((piece) => chunk({ reasoning_content: piece }));
  if ("refusal" in item) return [chunk({ refusal: item.refusal })];
  return callFrames(item.call, callIndex);
}

function callFrames(call: CallSpec, position: number): string[] {
  const [first, ...rest] = fragmentsOf(call);
  const index =
    call.index === undefined ? { index: position } : call.index === null ? {} : { index: call.index };
  const opening = {
    ...index,
    ...(call.id === null ? {} : { id: call.id ?? `call_${position + 1}` }),
    type: "function",
    function: {
      ...(call.name === undefined ? {} : { name: call.name }),
      ...(first === undefined ? {} : { arguments: first }),
    },
  };
  return [
    chunk({ tool_calls: [opening] }),
    ...rest.map((piece) => chunk({ tool_calls: [{ ...index, function: { arguments: piece } }] })),
  ];
}

function wholeCall(call: CallSpec, position: number): object {
  return {
    ...(call.id === null ? {} : { id: call.id ?? `call_${position + 1}` }),
    type: "function",
    function: { name: call.name, arguments: fragmentsOf(call).join("") },
  };
}

function chunk(delta: object, finish: string | null = null): string {
  return sse({ ...head(), choices: [{ index: 0, delta, finish_reason: finish }] });
}

function head(): object {
  return { ...BASE, object: "chat.completion.chunk" };
}

function usage(counts: PlannedUsage): object {
  return {
    prompt_tokens: counts.prompt,
    completion_tokens: counts.completion,
    total_tokens: counts.prompt + counts.completion,
    ...(counts.cached === undefined ? {} : { prompt_tokens_details: { cached_tokens: counts.cached } }),
  };
}

function sse(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

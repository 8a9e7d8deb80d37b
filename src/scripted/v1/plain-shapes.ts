import type { Fragment } from "./fragments.ts";

/** What all objects of one answer share. */
export interface PlainShape {
  id: string;
  created: number;
  model: string;
  callId: () => string;
  /** `usage: null` on every chunk and one last chunk with the numbers. */
  includeUsage: boolean;
  /** `parallel_tool_calls: false`: only the first call leaves. */
  oneCall: boolean;
}

/** How an answer ended. */
export interface PlainEnd {
  reason: "stop" | "length";
  promptTokens: number;
  outputTokens: number;
}

export interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
}

/** Writes the server-sent events of one streamed answer. */
export interface PlainChunks {
  role(): string;
  /** Empty when the fragment is not sent. */
  fragment(fragment: Fragment): string;
  finish(reason: "stop" | "length"): string;
  usage(usage: Usage): string;
}

/** Source of the shapes: https://platform.openai.com/docs/api-reference/chat-streaming */
export function plainChunk(shape: PlainShape): PlainChunks {
  let calls = 0;
  const event = (choices: unknown[], usage: Usage | null): string => {
    const { id, created, model } = shape;
    const object = { id, object: "chat.completion.chunk", created, model, choices };
    return `data: ${JSON.stringify(shape.includeUsage ? { ...object, usage } : object)}\n\n`;
  };
  const choice = (delta: unknown, finish: string | null = null): string =>
    event([{ index: 0, delta, logprobs: null, finish_reason: finish }], null);
  const call = (fields: object): string => choice({ tool_calls: [{ index: calls - 1, ...fields }] });
  return {
    role: () => choice({ role: "assistant", content: "" }),
    fragment(fragment) {
      if (fragment.type === "content") return choice({ content: fragment.text });
      if (fragment.type === "reasoning") return choice({ reasoning_content: fragment.text });
      if (fragment.type === "call") calls += 1;
      if (shape.oneCall && calls > 1) return "";
      if (fragment.type === "arguments") return call({ function: { arguments: fragment.text } });
      return call({ id: shape.callId(), type: "function", function: { name: fragment.name, arguments: "" } });
    },
    finish: (reason) => choice({}, reason === "stop" && calls > 0 ? "tool_calls" : reason),
    usage: (usage) => event([], usage),
  };
}

interface WholeCall {
  id: string;
  type: "function";
  function: { name: string; arguments: string };
}

/** The whole answer as one object. */
export function plainMessage(shape: PlainShape, fragments: readonly Fragment[], end: PlainEnd): unknown {
  const calls: WholeCall[] = [];
  for (const fragment of fragments) {
    if (fragment.type === "call") {
      calls.push({ id: shape.callId(), type: "function", function: { name: fragment.name, arguments: "" } });
    }
    const last = calls.at(-1);
    if (fragment.type === "arguments" && last !== undefined) last.function.arguments += fragment.text;
  }
  const text = joined(fragments, "content");
  const reasoning = joined(fragments, "reasoning");
  const sent = shape.oneCall ? calls.slice(0, 1) : calls;
  const message = {
    role: "assistant",
    content: text === "" && sent.length > 0 ? null : text,
    ...(reasoning === "" ? {} : { reasoning_content: reasoning }),
    ...(sent.length === 0 ? {} : { tool_calls: sent }),
  };
  const finish = end.reason === "stop" && sent.length > 0 ? "tool_calls" : end.reason;
  const { id, created, model } = shape;
  const choices = [{ index: 0, message, logprobs: null, finish_reason: finish }];
  return { id, object: "chat.completion", created, model, choices, usage: usageOf(end) };
}

export function usageOf({ promptTokens, outputTokens }: PlainEnd): Usage {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: outputTokens,
    total_tokens: promptTokens + outputTokens,
  };
}

function joined(fragments: readonly Fragment[], type: "content" | "reasoning"): string {
  return fragments.map((fragment) => (fragment.type === type ? fragment.text : "")).join("");
}

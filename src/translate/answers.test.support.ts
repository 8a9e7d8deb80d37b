import { expect, test } from "vitest";
import type { MessageEvent } from "../messages/types.ts";
import type { CallDelta, UpstreamDelta } from "../upstream/delta.ts";
import type { AnswerContext, IdSource } from "./context.ts";
import { createStreamTranslator, type StreamTranslator } from "./stream.ts";

const WEB_SEARCH_SCHEMA: Record<string, unknown> = {
  type: "object",
  properties: {
    query: { type: "string" },
    allowed_domains: { type: "array", items: { type: "string" } },
    blocked_domains: { type: "array", items: { type: "string" } },
  },
  required: ["query"],
  additionalProperties: false,
};

const BASH_SCHEMA = {
  type: "object",
  properties: { command: { type: "string" }, n: {} },
  additionalProperties: false,
};

export function answerContext(overrides: Partial<AnswerContext> = {}): AnswerContext {
  return {
    dialect: "openai",
    model: "m",
    inputTokens: 7,
    promptSize: { text: 7, wide: 0, tools: 0, images: 0 },
    maxTokens: 100,
    contextWindow: null,
    contextLimited: false,
    stopSequences: [],
    reasoning: "shown",
    thinkTags: true,
    tools: [
      { name: "Bash", schema: BASH_SCHEMA },
      { name: "WebSearch", schema: WEB_SEARCH_SCHEMA },
    ],
    renamed: new Map(),
    toolChoice: "auto",
    mayAnswer: false,
    disableParallel: false,
    usedIds: new Set(),
    repair: true,
    salvage: true,
    appliedEdits: null,
    ...overrides,
  };
}

/** Ids that count: `msg_1`, `toolu_1`, `toolu_2`, … */
export function countingIds(): IdSource {
  let calls = 0;
  return { message: () => "msg_1", toolUse: () => `toolu_${++calls}`, request: () => "req_1" };
}

export const text = (value: string): UpstreamDelta => ({ kind: "text", text: value });
export const reasoning = (value: string): UpstreamDelta => ({ kind: "reasoning", text: value });
export const call = (fields: Omit<CallDelta, "kind">): UpstreamDelta => ({ kind: "call", ...fields });
export const bash = (json: string, fields: Omit<CallDelta, "kind"> = {}): UpstreamDelta =>
  call({ index: 0, id: "a", name: "Bash", arguments: json, ...fields });
export const finish = (reason: string): UpstreamDelta => ({ kind: "finish", reason });
export const done: UpstreamDelta = { kind: "done" };
/** A clean end. */
export const end = (reason: string): UpstreamDelta[] => [finish(reason), done];

/** A title, what the upstream says, what the client is told, and how the request was. */
export type Row = [
  title: string,
  deltas: UpstreamDelta[],
  lines: (string | RegExp)[],
  context?: Partial<AnswerContext>,
];

/** One test per row: the answer has exactly these lines. */
export function testRows(table: Row[]): void {
  test.each(table)("%s", (_title, deltas, lines, context) => {
    const told = tell(deltas, context).lines;
    expect(told).toHaveLength(lines.length);
    expect(told.filter((line, n) => !fits(line, lines[n]))).toEqual([]);
  });
}

function fits(line: string, expected: string | RegExp | undefined): boolean {
  return typeof expected === "string" ? line === expected : expected?.test(line) === true;
}

export interface Told {
  /** One line per block, then `stop …` or `error …`. */
  lines: string[];
  events: MessageEvent[];
  translator: StreamTranslator;
}

/** Translates deltas one by one, then the end of the body. */
export function tell(deltas: readonly UpstreamDelta[], overrides: Partial<AnswerContext> = {}): Told {
  const translator = createStreamTranslator(answerContext(overrides), countingIds());
  const events = [...deltas.flatMap((delta) => translator.push([delta])), ...translator.end()];
  return { lines: summarise(events), events, translator };
}

/**
 * An answer as lines. Throws when the events break the grammar: a delta outside its block, a second
 * start, an index out of order, anything after the end.
 */
export function summarise(events: readonly MessageEvent[]): string[] {
  const lines: string[] = [];
  let open: { index: number; type: string; body: string; head: string } | null = null;
  let next = 0;
  let state: "before" | "blocks" | "closing" | "over" = "before";
  for (const event of events) {
    demand(state !== "over", event);
    if (event.type === "message_start") {
      demand(state === "before", event);
      state = "blocks";
    } else if (event.type === "content_block_start") {
      demand(state === "blocks" && open === null && event.index === next, event);
      const block = event.content_block;
      const head = block.type === "tool_use" ? `call ${block.id} ${block.name}` : block.type;
      open = { index: next++, type: block.type, body: "", head };
    } else if (event.type === "content_block_delta") {
      demand(open?.index === event.index && DELTAS[open.type]?.includes(event.delta.type) === true, event);
      if (open !== null) open.body += deltaText(event.delta);
    } else if (event.type === "content_block_stop") {
      demand(open?.index === event.index, event);
      lines.push(`${open?.head} ${open?.body}`);
      open = null;
    } else if (event.type === "message_delta") {
      demand(state === "blocks" && open === null, event);
      state = "closing";
      const { stop_reason: reason, stop_sequence: sequence } = event.delta;
      lines.push(`stop ${reason}${sequence === null ? "" : ` ${sequence}`}`);
    } else if (event.type === "message_stop") {
      demand(state === "closing", event);
      state = "over";
    } else if (event.type === "error") {
      demand(state !== "closing", event);
      if (open !== null) lines.push(`open ${open.head} ${open.body}`);
      lines.push(`error ${event.error.type}: ${event.error.message}`);
      state = "over";
    }
  }
  if (state !== "over") throw new Error("the answer does not end");
  return lines;
}

function demand(holds: boolean, event: MessageEvent): void {
  if (!holds) throw new Error(`out of order: ${JSON.stringify(event)}`);
}

const DELTAS: Record<string, string[]> = {
  text: ["text_delta"],
  thinking: ["thinking_delta", "signature_delta"],
  tool_use: ["input_json_delta"],
};

function deltaText(delta: (MessageEvent & { type: "content_block_delta" })["delta"]): string {
  if (delta.type === "text_delta") return delta.text;
  if (delta.type === "thinking_delta") return delta.thinking;
  return delta.type === "input_json_delta" ? delta.partial_json : " signed";
}

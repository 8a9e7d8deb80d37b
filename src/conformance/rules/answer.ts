import { jsonOf } from "../json.ts";
import { isDeepStrictEqual } from "node:util";
import type { Exchange } from "../exchange.ts";
import { conditionsOf, MATCH_PROPERTIES, mismatch } from "../match.ts";
import { listOf, recordOf, show, valueAt } from "../path.ts";
import { complain, earlierNamed, finding, rule, type RuleSet } from "./rule.ts";

/** Schema of a match, or of a plain value meant as `equals`. */
const anything = {};

const located = {
  type: "object",
  required: ["at"],
  additionalProperties: false,
  properties: { at: { type: "string" }, ...MATCH_PROPERTIES },
};

/** Rules over the answer's message, streamed or not. */
export const ANSWER_RULES: RuleSet = {
  /** The value at a path of the message, e.g. `usage.output_tokens`. */
  answer: rule<{ at: string }>(located, ({ exchange }, args) =>
    complain(
      mismatch(valueAt(exchange.answer?.message, args.at), conditionsOf({ ...args })),
      args.at,
      exchange.text,
    ),
  ),

  /** All text blocks joined: a string, or a match. */
  "answer.text": rule<unknown>(anything, ({ exchange }, wanted) =>
    complain(mismatch(textOf(exchange, "text"), wanted), "text", exchange.text),
  ),

  /** The text is JSON, and has this at a path (`""`: the whole). */
  "answer.json": rule<{ at: string }>(located, ({ exchange }, { at, ...args }) => {
    const value = jsonOf(textOf(exchange, "text"));
    const wrong = value === undefined ? "is no JSON" : mismatch(valueAt(value, at), conditionsOf(args));
    return complain(
      wrong,
      value === undefined || at === "" ? "the text" : `${at} of the text`,
      exchange.text,
    );
  }),

  /** All thinking blocks joined: a string, or a match. */
  "answer.thinking": rule<unknown>(anything, ({ exchange }, wanted) =>
    complain(mismatch(textOf(exchange, "thinking"), wanted), "thinking", exchange.text),
  ),

  /** The types of the content blocks, in order. */
  "answer.blocks": rule<string[]>({ type: "array", items: { type: "string" } }, ({ exchange }, wanted) =>
    complain(
      mismatch(
        blocksOf(exchange).map((block) => block["type"]),
        wanted,
      ),
      "the list of blocks",
      exchange.text,
    ),
  ),

  /** `stop_reason`, or one of several. */
  "answer.stop": rule<string | string[]>(
    { anyOf: [{ type: "string" }, { type: "array", items: { type: "string" } }] },
    ({ exchange }, wanted) =>
      complain(
        mismatch(exchange.answer?.message["stop_reason"], { one_of: [wanted].flat() }),
        "stop_reason",
        exchange.text.slice(-500),
      ),
  ),

  /** The tool calls in order. Keys that are given are compared; `raw` is the JSON text of a stream's input. */
  "answer.calls": rule<CallWanted[]>(
    {
      type: "array",
      items: {
        type: "object",
        additionalProperties: false,
        properties: { id: {}, name: {}, input: {}, raw: {} },
      },
    },
    ({ exchange }, wanted) => {
      const calls = callsOf(exchange);
      if (calls.length !== wanted.length)
        return [finding(`there are ${calls.length} tool calls, not ${wanted.length}`, exchange.text)];
      return wanted.flatMap((one, index) => callFindings(calls[index], one, exchange));
    },
  ),

  /** Content, stop reason, stop sequence, usage and model equal those of an earlier send; ids aside. */
  "answer.same-as": rule<string>({ type: "string" }, (context, name) => {
    const other = earlierNamed(context, name);
    if (other === undefined) return [finding(`there is no earlier send "${name}" to compare with`, "")];
    const difference = differs(other, context.exchange);
    return difference === null
      ? []
      : [finding(`${difference} differs from the answer to "${name}"`, context.exchange.text)];
  }),

  /** The value differs from that of every earlier send: `{ header }` or a path `{ at }`. */
  distinct: rule<{ header?: string; at?: string }>(
    {
      type: "object",
      minProperties: 1,
      maxProperties: 1,
      additionalProperties: false,
      properties: { header: { type: "string" }, at: { type: "string" } },
    },
    ({ exchange, earlier }, { header, at }) => {
      const read = (one: Exchange): unknown =>
        header === undefined
          ? valueAt(one.answer?.message, at ?? "")
          : one.response.headers.find(([name]) => name === header)?.[1];
      const value = read(exchange);
      const twice = value !== undefined && earlier.some((one) => read(one) === value);
      return twice ? [finding(`${header ?? at} ${show(value)} was there before`, show(value))] : [];
    },
  ),
};

interface CallWanted {
  id?: unknown;
  name?: unknown;
  input?: unknown;
  raw?: string;
}

interface Call {
  block: Record<string, unknown>;
  raw: string | undefined;
}

function blocksOf(exchange: Exchange): Record<string, unknown>[] {
  return listOf(exchange.answer?.message["content"]).map(recordOf);
}

function textOf(exchange: Exchange, key: "text" | "thinking"): string {
  return blocksOf(exchange)
    .filter((block) => block["type"] === key)
    .map((block) => block[key])
    .join("");
}

function callsOf(exchange: Exchange): Call[] {
  return blocksOf(exchange)
    .map((block, index) => ({
      block,
      raw: exchange.streamed ? exchange.answer?.rawInputs[index] : undefined,
    }))
    .filter(({ block }) => block["type"] === "tool_use");
}

function callFindings(
  call: Call | undefined,
  wanted: CallWanted,
  exchange: Exchange,
): ReturnType<typeof complain> {
  const { raw, ...keys } = wanted;
  const found = Object.entries(keys).flatMap(([key, value]) =>
    complain(mismatch(call?.block[key], value), `tool call: ${key}`, show(call?.block) || exchange.text),
  );
  if (raw === undefined || call?.raw === undefined) return found;
  return [...found, ...complain(mismatch(call.raw, raw), "tool call: the JSON text of input", call.raw)];
}

/** Ids are minted per answer; everything else of these must agree. */
const COMPARED = ["content", "stop_reason", "stop_sequence", "usage", "model"] as const;

/** The first member that differs, or null. */
export function differs(one: Exchange, other: Exchange): string | null {
  const [a, b] = [one, other].map((exchange) => withoutIds(exchange.answer?.message ?? {}));
  return COMPARED.find((key) => !isDeepStrictEqual(a?.[key], b?.[key])) ?? null;
}

function withoutIds(message: Record<string, unknown>): Record<string, unknown> {
  const content = listOf(message["content"]).map((block) => {
    const { id: _id, tool_use_id: _call, signature, ...rest } = recordOf(block);
    return signature === undefined ? rest : { ...rest, signature: signature === "" ? "" : "present" };
  });
  return { ...message, content };
}

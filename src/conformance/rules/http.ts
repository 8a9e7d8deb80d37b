import { headerOf, showResponse } from "../exchange.ts";
import { conditionsOf, MATCH_PROPERTIES, mismatch } from "../match.ts";
import { listOf, recordOf, show, valueAt } from "../path.ts";
import { complain, earlierNamed, finding, rule, type Rule, type RuleSet } from "./rule.ts";

const status = { anyOf: [{ type: "integer" }, { type: "array", items: { type: "integer" } }] };

interface Comparison {
  at: string;
  /** Name of the earlier send. */
  than: string;
}

const comparison = {
  type: "object",
  required: ["at", "than"],
  additionalProperties: false,
  properties: { at: { type: "string" }, than: { type: "string" } },
};

function compared(holds: (value: number, earlier: number) => boolean, words: string): Rule<Comparison> {
  return rule<Comparison>(comparison, (context, { at, than }) => {
    const value = valueAt(context.exchange.json, at);
    const before = valueAt(earlierNamed(context, than)?.json, at);
    if (typeof value === "number" && typeof before === "number" && holds(value, before)) return [];
    return [
      finding(`${at} ${show(value)} is not ${words} ${show(before)} of "${than}"`, context.exchange.text),
    ];
  });
}

/** Rules over the HTTP answer, whatever its route. */
export const HTTP_RULES: RuleSet = {
  /** The status, or one of them. */
  status: rule<number | number[]>(status, ({ exchange }, wanted) => {
    const allowed = [wanted].flat();
    return allowed.includes(exchange.response.status)
      ? []
      : [
          finding(
            `status is ${exchange.response.status}, not ${allowed.join(" or ")}`,
            showResponse(exchange.response),
          ),
        ];
  }),

  /** Any status under 500. */
  "status.no-server-error": rule<null>({ type: "null" }, ({ exchange }) =>
    exchange.response.status < 500
      ? []
      : [finding(`status is ${exchange.response.status}`, showResponse(exchange.response))],
  ),

  /** A response header against a match. */
  header: rule<{ name: string }>(
    {
      type: "object",
      required: ["name"],
      additionalProperties: false,
      properties: { name: { type: "string" }, ...MATCH_PROPERTIES },
    },
    ({ exchange }, args) =>
      complain(
        mismatch(headerOf(exchange.response, args.name), conditionsOf({ ...args })),
        `header ${args.name}`,
        showResponse(exchange.response, 0),
      ),
  ),

  /** The value at a path of the JSON body. */
  json: rule<{ at: string }>(
    {
      type: "object",
      required: ["at"],
      additionalProperties: false,
      properties: { at: { type: "string" }, ...MATCH_PROPERTIES },
    },
    ({ exchange }, args) =>
      complain(mismatch(valueAt(exchange.json, args.at), conditionsOf({ ...args })), args.at, exchange.text),
  ),

  /** The value at a path of each item of a list in the JSON body; `unique`: no two are the same. */
  "json.each": rule<{ of: string; at: string; unique?: boolean }>(
    {
      type: "object",
      required: ["of", "at"],
      additionalProperties: false,
      properties: {
        of: { type: "string" },
        at: { type: "string" },
        unique: { const: true },
        ...MATCH_PROPERTIES,
      },
    },
    ({ exchange }, { of, at, unique = false, ...args }) => {
      const values = listOf(valueAt(exchange.json, of)).map((item) => valueAt(item, at));
      const conditions = conditionsOf(args);
      const judged = Object.keys(conditions).length === 0 ? [] : values;
      const twice = unique && new Set(values.map(show)).size < values.length;
      return [
        ...judged.flatMap((value, index) =>
          complain(mismatch(value, conditions), `${of}.${index}.${at}`, exchange.text),
        ),
        ...complain(twice ? "is there twice" : null, `one ${at} of ${of}`, exchange.text),
      ];
    },
  ),

  /**
   * `input_tokens` of a count is at most 30 % or 20 tokens from the input that an earlier answer's usage
   * counts, and not more than a tenth (or 20) below it.
   */
  "usage.near": rule<{ of: string }>(
    { type: "object", required: ["of"], additionalProperties: false, properties: { of: { type: "string" } } },
    (context, { of }) => {
      const real = inputOf(valueAt(earlierNamed(context, of)?.answer?.message, "usage"));
      const count = Number(valueAt(context.exchange.json, "input_tokens"));
      const low = real - Math.max(20, 0.1 * real);
      const high = real + Math.max(20, 0.3 * real);
      return complain(
        count >= low && count <= high ? null : `is ${count}, where the usage of "${of}" counts ${real}`,
        "input_tokens",
        context.exchange.text,
      );
    },
  ),

  /** `input_tokens` of message_start is within 30 % (or 20 tokens) of the input that the end of the stream counts. */
  "usage.start-near": rule<null>({ type: "null" }, ({ exchange }) => {
    const start = exchange.events.find(({ data }) => data["type"] === "message_start")?.data;
    const estimate = inputOf(valueAt(start, "message.usage"));
    const real = inputOf(valueAt(exchange.answer?.message, "usage"));
    const near = Math.abs(estimate - real) <= Math.max(20, 0.3 * real);
    return complain(
      near ? null : `is ${estimate}, and ${real} at the end`,
      "the input in message_start",
      exchange.text,
    );
  }),

  /** Milliseconds within which the last byte came. For waits that clients do not sit out: generous on any machine. */
  "answered-within": rule<number>({ type: "integer" }, ({ exchange }, limit) => {
    const last = exchange.response.chunks.at(-1)?.at ?? 0;
    return complain(
      last > limit ? `took ${Math.round(last)} ms, more than ${limit}` : null,
      "the answer",
      "",
    );
  }),

  /** The number at a path of the JSON body is larger than it was in an earlier send. */
  "json.more-than": compared((value, earlier) => value > earlier, "more than"),

  /** The same, but equal. */
  "json.equal-to": compared((value, earlier) => value === earlier, "equal to"),

  /** The body as text. */
  body: rule<object>(
    { type: "object", additionalProperties: false, properties: MATCH_PROPERTIES },
    ({ exchange }, args) => complain(mismatch(exchange.text, args), "body", exchange.text),
  ),

  /** `content-length`, when given, counts the body. */
  "content-length.right": rule<null>({ type: "null" }, ({ exchange }) => {
    const stated = headerOf(exchange.response, "content-length");
    const real = exchange.response.body.length;
    return stated === undefined || Number(stated) === real
      ? []
      : [finding(`content-length is ${stated}, the body has ${real} bytes`, showResponse(exchange.response))];
  }),
};

/** All tokens of the prompt, however they came. */
function inputOf(usage: unknown): number {
  const counts = recordOf(usage);
  const parts = ["input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"];
  return parts.reduce((sum, part) => sum + (Number(counts[part]) || 0), 0);
}

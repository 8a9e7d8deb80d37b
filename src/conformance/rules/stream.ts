import { finding, rule, type RuleSet } from "./rule.ts";
import type { Exchange } from "../exchange.ts";
import { conditionsOf, MATCH_PROPERTIES, mismatch } from "../match.ts";
import { recordOf, show, valueAt } from "../path.ts";

/** Rules over the events of a stream, beyond what the strict checker asks of every stream. */
export const STREAM_RULES: RuleSet = {
  /** Every delta's own text, thinking or JSON fragment lacks these words: held back, not taken back. */
  "stream.deltas-lack": rule<string | string[]>(
    { anyOf: [{ type: "string" }, { type: "array", items: { type: "string" } }] },
    ({ exchange }, words) =>
      deltasOf(exchange).flatMap((delta) => {
        const wrong = mismatch(delta, { lacks: words });
        return wrong === null ? [] : [finding(`a delta ${wrong}`, show(delta))];
      }),
  ),

  /** The value at a path of the first event of a type. */
  event: rule<{ of: string; at: string }>(
    {
      type: "object",
      required: ["of", "at"],
      additionalProperties: false,
      properties: { of: { type: "string" }, at: { type: "string" }, ...MATCH_PROPERTIES },
    },
    ({ exchange }, args) => {
      const { of, ...match } = args;
      const event = exchange.events.find(({ data }) => data["type"] === of);
      const wrong = mismatch(valueAt(event?.data, args.at), conditionsOf({ ...match }));
      return wrong === null ? [] : [finding(`${of} ${args.at} ${wrong}`, show(event?.data ?? exchange.text))];
    },
  ),

  /** The types of the events in order; pings are left out, deltas of one block in a row count once. */
  "stream.events": rule<string[]>({ type: "array", items: { type: "string" } }, ({ exchange }, wanted) => {
    if (!exchange.streamed) return [];
    const wrong = mismatch(sequenceOf(exchange), { equals: wanted });
    return wrong === null ? [] : [finding(`the sequence of events ${wrong}`, exchange.text)];
  }),

  /** Number of signs of life, pings and comments, that a stream has: a number, or a match. */
  "stream.pings": rule<unknown>({}, ({ exchange }, wanted) => {
    if (!exchange.streamed) return [];
    const wrong = mismatch(exchange.text.match(/^(?:event: ping|:)/gm)?.length ?? 0, wanted);
    return wrong === null ? [] : [finding(`the number of pings ${wrong}`, exchange.text)];
  }),

  /** At least so many deltas: the answer was not collected first. */
  "stream.deltas": rule<unknown>({}, ({ exchange }, wanted) => {
    if (!exchange.streamed) return [];
    const wrong = mismatch(deltasOf(exchange).length, wanted);
    return wrong === null ? [] : [finding(`the number of deltas ${wrong}`, exchange.text)];
  }),
};

function deltasOf(exchange: Exchange): string[] {
  return exchange.events
    .filter(({ data }) => data["type"] === "content_block_delta")
    .map(({ data }) => {
      const delta = recordOf(data["delta"]);
      return show(delta["text"] ?? delta["thinking"] ?? delta["partial_json"] ?? "");
    });
}

function sequenceOf(exchange: Exchange): string[] {
  return exchange.events
    .map(({ data }) => show(data["type"] ?? ""))
    .filter((type) => type !== "ping")
    .filter((type, index, all) => type !== "content_block_delta" || all[index - 1] !== type);
}

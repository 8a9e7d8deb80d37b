import type { Expectation } from "../case.ts";
import { finding, rule, type RuleSet } from "./rule.ts";

const list = { type: "array", minItems: 1 };

/** Rules made of rules. */
export const COMBINING_RULES: RuleSet = {
  /** One of several lists of expectations holds: outcomes between which the API leaves the choice. */
  "one-of": rule<Expectation[][]>({ type: "array", minItems: 2, items: list }, (context, branches) => {
    const outcomes = branches.map((branch) => context.judge(branch));
    if (outcomes.some((found) => found.length === 0)) return [];
    const reasons = outcomes.map((found) => found[0]?.message ?? "").join("; nor: ");
    return [finding(`none of the allowed outcomes: ${reasons}`, outcomes[0]?.[0]?.evidence ?? "")];
  }),

  /** The expectations hold when the answer has this status; otherwise they say nothing. */
  when: rule<{ status: number; expect: Expectation[] }>(
    {
      type: "object",
      required: ["status", "expect"],
      additionalProperties: false,
      properties: { status: { type: "integer" }, expect: list },
    },
    (context, { status, expect }) =>
      context.exchange.response.status === status ? context.judge(expect) : [],
  ),

  /** The expectations hold for streams only, or for JSON answers only. */
  in: rule<{ mode: "stream" | "json"; expect: Expectation[] }>(
    {
      type: "object",
      required: ["mode", "expect"],
      additionalProperties: false,
      properties: { mode: { enum: ["stream", "json"] }, expect: list },
    },
    (context, { mode, expect }) => (context.exchange.send.mode === mode ? context.judge(expect) : []),
  ),

  /** The expectations hold over this upstream only. */
  over: rule<{ upstream: "openai" | "ollama"; expect: Expectation[] }>(
    {
      type: "object",
      required: ["upstream", "expect"],
      additionalProperties: false,
      properties: { upstream: { enum: ["openai", "ollama"] }, expect: list },
    },
    (context, { upstream, expect }) => (context.dialect === upstream ? context.judge(expect) : []),
  ),
};

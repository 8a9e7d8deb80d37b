import type { Finding } from "../../strict/finding.ts";
import type { Expectation } from "../case.ts";
import { headerOf } from "../exchange.ts";
import { finding, rule, type RuleSet } from "./rule.ts";

/** What was dropped, legally: a case with it and without errors is `degraded`. */
export const DEGRADED = "degraded";

const list = { type: "array", minItems: 1 };

/** Rules made of rules. */
export const COMBINING_RULES: RuleSet = {
  /** One of several lists of expectations holds: outcomes between which the API leaves the choice. */
  "one-of": rule<Expectation[][]>({ type: "array", minItems: 2, items: list }, (context, branches) => {
    const outcomes = branches.map((branch) => context.judge(branch));
    const held = outcomes.find(isGood);
    if (held !== undefined) return held;
    const reasons = outcomes.map((found) => found[0]?.message ?? "").join("; nor: ");
    return [finding(`none of the allowed outcomes: ${reasons}`, outcomes[0]?.[0]?.evidence ?? "")];
  }),

  /** The expectations hold, or the answer has a note that says what was dropped: degraded, not failed. */
  "or-note": rule<{ note: string; expect: Expectation[] }>(
    {
      type: "object",
      required: ["note", "expect"],
      additionalProperties: false,
      properties: { note: { type: "string" }, expect: list },
    },
    (context, { note, expect }) => {
      const found = context.judge(expect);
      const notes = headerOf(context.exchange.response, "x-bridge-notes") ?? "";
      if (isGood(found) || !notes.split(/[,\s]+/).includes(note)) return found;
      return [{ rule: DEGRADED, message: `dropped with a note: ${note}`, evidence: "", severity: "warning" }];
    },
  ),

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

  /** The expectations hold where the model server is ours to script; a model of the target's own says what it likes. */
  scripted: rule<Expectation[]>(list, (context, expect) =>
    context.upstreamOrigin === null ? [] : context.judge(expect),
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

function isGood(found: readonly Finding[]): boolean {
  return !found.some(({ severity }) => severity === "error");
}

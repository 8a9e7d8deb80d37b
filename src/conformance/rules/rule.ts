import type { Dialect } from "../../upstream/delta.ts";
import type { Finding } from "../../strict/finding.ts";
import type { Expectation } from "../case.ts";
import type { Exchange } from "../exchange.ts";
import { excerpt } from "../path.ts";

/** What a rule may look at. */
export interface RuleContext {
  exchange: Exchange;
  dialect: Dialect;
  /** Origin of the scripted upstream; null when there is none of ours. */
  upstreamOrigin: string | null;
  /** The earlier exchanges of the same case, oldest first. */
  earlier: readonly Exchange[];
  /** Judges other expectations on the same exchange, for rules made of rules. */
  judge(expectations: readonly Expectation[]): Finding[];
}

/** A small pure function with the JSON schema of its arguments (null: it takes none). */
export interface Rule<A> {
  args: object;
  judge(context: RuleContext, args: A): Finding[];
}

export type RuleSet = Readonly<Record<string, Rule<never>>>;

/** Types the arguments of a rule; the loader has checked them against the schema. */
export function rule<A>(args: object, judge: (context: RuleContext, args: A) => Finding[]): Rule<A> {
  return { args, judge };
}

/** A finding of severity `error`; the registry fills in the rule's name. */
export function finding(message: string, evidence: string): Finding {
  return { rule: "", message, evidence: excerpt(evidence), severity: "error" };
}

/** One finding when there is a complaint. */
export function complain(complaint: string | null, what: string, evidence: string): Finding[] {
  return complaint === null ? [] : [finding(`${what} ${complaint}`, evidence)];
}

/** The earlier exchange that a case calls by name: of the same mode and split when there are several. */
export function earlierNamed(context: RuleContext, name: string): Exchange | undefined {
  const { mode, split } = context.exchange.send;
  const named = context.earlier.filter(({ send }) => send.name === name);
  return (
    named.find(({ send }) => send.mode === mode && send.split === split) ??
    named.find(({ send }) => send.mode === mode) ??
    named.at(0)
  );
}

/** A string, or a fixture's base64 by reference. */
const oneString = {
  anyOf: [
    { type: "string" },
    {
      type: "object",
      required: ["$file"],
      additionalProperties: false,
      properties: { $file: { type: "string" } },
    },
  ],
};

/** Schema of one string or a list of them. */
export const STRINGS: object = { anyOf: [oneString, { type: "array", items: oneString }] };

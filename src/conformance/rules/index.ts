import type { Finding } from "../../strict/finding.ts";
import type { Expectation } from "../case.ts";
import { resolveReferences } from "../references.ts";
import { ANSWER_RULES } from "./answer.ts";
import { COMBINING_RULES } from "./combine.ts";
import { ERROR_RULES } from "./errors.ts";
import { HTTP_RULES } from "./http.ts";
import type { RuleContext, RuleSet } from "./rule.ts";
import { SERVER_TOOL_RULES } from "./server-tools.ts";
import { STREAM_RULES } from "./stream.ts";
import { UPSTREAM_CONTENT_RULES } from "./upstream-content.ts";
import { UPSTREAM_RULES } from "./upstream.ts";

/** Every rule a case may name. */
export const RULES: RuleSet = {
  ...HTTP_RULES,
  ...ERROR_RULES,
  ...ANSWER_RULES,
  ...STREAM_RULES,
  ...SERVER_TOOL_RULES,
  ...UPSTREAM_RULES,
  ...UPSTREAM_CONTENT_RULES,
  ...COMBINING_RULES,
};

/** Rules that say which outcome is wanted; without one of them the answer must be a success. */
const OUTCOMES = new Set(["status", "status.no-server-error", "refused", "failed", "error-event", "one-of"]);

export function statesOutcome(expectations: readonly Expectation[]): boolean {
  return expectations.some((one) => OUTCOMES.has(nameAndArguments(one)[0]));
}

/** A rule's name and its arguments; null when there are none. */
export function nameAndArguments(expectation: Expectation): [name: string, args: unknown] {
  if (typeof expectation === "string") return [expectation, null];
  const [entry] = Object.entries(expectation);
  return entry ?? ["", null];
}

/** Judges expectations on one exchange. A finding bears the name of the rule that made it. */
export function judgeExpectations(
  expectations: readonly Expectation[],
  context: Omit<RuleContext, "judge">,
): Finding[] {
  const judge = (inner: readonly Expectation[]): Finding[] => judgeExpectations(inner, context);
  return expectations.flatMap((expectation) => {
    const [name, args] = nameAndArguments(expectation);
    const rule = RULES[name];
    if (rule === undefined) throw new Error(`no rule is called "${name}"`);
    return rule
      .judge({ ...context, judge }, resolveReferences(args, context.earlier) as never)
      .map((found) => (found.rule === "" ? { ...found, rule: name } : found));
  });
}

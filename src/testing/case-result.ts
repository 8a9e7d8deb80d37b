import type { CaseResult } from "../conformance/types.ts";

/** A row of a report: a scripted MUST case that passed, but for what is said. */
export function caseResult(over: Partial<CaseResult> = {}): CaseResult {
  return {
    id: "a.b",
    suite: "a",
    level: "MUST",
    kind: "script",
    model: "scripted",
    upstream: null,
    mode: null,
    verdict: "pass",
    reason: null,
    known: null,
    blame: null,
    rate: null,
    findings: [],
    attempts: 1,
    ms: 0,
    ...over,
  };
}

import { expect, test } from "vitest";
import type { CaseResult, Verdict } from "./types.ts";
import { caseResult } from "../testing/case-result.ts";
import { exitCodeOf, headline } from "./tally.ts";

function row(verdict: Verdict, over: Partial<CaseResult> = {}): CaseResult {
  return caseResult({ verdict, ...over });
}

test("degraded passes, a skip does not count, the two numbers stay apart", () => {
  const rows = [
    row("pass"),
    row("degraded"),
    row("fail"),
    row("skip"),
    row("pass", { kind: "capable", level: "SHOULD" }),
  ];
  expect(headline(rows)).toEqual({
    bridge: { must: { pass: 2, total: 3 }, should: { pass: 0, total: 0 }, may: { pass: 0, total: 0 } },
    model: { must: { pass: 0, total: 0 }, should: { pass: 1, total: 1 }, may: { pass: 0, total: 0 } },
  });
});

test.each([
  ["nothing failed", [row("pass"), row("skip")], {}, 0],
  ["a MUST failed", [row("fail")], {}, 1],
  ["a SHOULD failed", [row("fail", { level: "SHOULD" })], {}, 0],
  ["a SHOULD failed, from should on", [row("fail", { level: "SHOULD" })], { failOn: "should" as const }, 1],
  ["a MAY failed, from should on", [row("fail", { level: "MAY" })], { failOn: "should" as const }, 0],
  ["a model failed", [row("fail", { kind: "capable" })], {}, 0],
  ["a model failed below a floor that was named", [row("fail", { kind: "capable" })], { capable: true }, 1],
  ["a row is open", [row("inconclusive")], {}, 0],
  ["a row is open, and none may be", [row("inconclusive")], { conclusive: true }, 6],
  ["a row is open and a MUST failed", [row("inconclusive"), row("fail")], { conclusive: true }, 1],
  ["the harness broke, and a MUST failed", [row("fail"), row("harness-error")], {}, 5],
  ["the run was stopped", [row("pass")], { incomplete: true }, 5],
])("%s: exit %#", (_what, rows, over, expected) => {
  expect(exitCodeOf(rows, { failOn: "must", incomplete: false, ...over })).toBe(expected);
});

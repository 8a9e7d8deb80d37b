import { expect, test } from "vitest";
import type { CaseResult, Verdict } from "../../conformance/types.ts";
import { createProgress } from "./run.progress.ts";

function shown(isTTY: boolean, verdicts: Verdict[]): string {
  let text = "";
  const write = (chunk: string): boolean => {
    text += chunk;
    return true;
  };
  const progress = createProgress({ isTTY, write });
  progress({ kind: "start", suites: [{ name: "tools", total: verdicts.length }] });
  for (const [index, verdict] of verdicts.entries()) {
    const result = { suite: "tools", verdict } as CaseResult;
    progress({ kind: "case", result, done: index + 1, total: verdicts.length });
  }
  return text;
}

test("a line at the start and one per suite that is done", () => {
  expect(shown(false, ["pass", "fail", "skip", "harness-error"])).toBe(
    "running 4 cases of tools\ntools          1/3 passed, 2 failed, 1 skipped\n",
  );
});

test("a terminal also sees a count that is written over", () => {
  expect(shown(true, ["pass", "pass"])).toContain("\r\u001b[Krunning 1/2");
});

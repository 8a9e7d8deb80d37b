import { expect, test } from "vitest";
import type { CaseResult, Verdict } from "../../conformance/types.ts";
import { createProgress } from "./run.progress.ts";

function shown(isTTY: boolean, verdicts: Verdict[]): string {
  let text = "";
  const write = (chunk: string): boolean => {
    text += chunk;
    return true;
  };
  const progress = createProgress({ isTTY, write }, true);
  progress({ kind: "start", groups: [{ suite: "tools", model: null, total: verdicts.length }] });
  for (const [index, verdict] of verdicts.entries()) {
    const result = { suite: "tools", verdict } as CaseResult;
    progress({ kind: "case", result, model: null, done: index + 1, total: verdicts.length });
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

test.each([
  [
    false,
    "running 1 case of tools; live: m\ntools          m: 0/1 passed, 1 inconclusive, 1 of 2 runs passed\n",
  ],
  [true, "running 0/1, at most 1m30s left: tools, m, 1 of 2 runs passed"],
])("the runs of a live model, on a terminal: %s", (isTTY, expected) => {
  let text = "";
  const progress = createProgress({ isTTY, write: (chunk) => (text += String(chunk)) !== "" }, true);
  progress({ kind: "start", groups: [{ suite: "tools", model: "m", total: 1 }] });
  const run = {
    case: "tools.a",
    suite: "tools",
    kind: "any",
    model: "m",
    blame: null,
    reason: null,
    ms: 1,
  } as const;
  progress({ kind: "attempt", attempt: { ...run, n: 1, verdict: "pass", void: false }, leftMs: 95_000 });
  progress({ kind: "attempt", attempt: { ...run, n: 2, verdict: "fail", void: true }, leftMs: 95_000 });
  progress({ kind: "attempt", attempt: { ...run, n: 2, verdict: "fail", void: false }, leftMs: 90_000 });
  const result = { suite: "tools", verdict: "inconclusive" } as CaseResult;
  progress({ kind: "case", result, model: "m", done: 1, total: 1 });
  expect(text).toContain(expected);
});

test("the line that is written over is never wider than the terminal", () => {
  let text = "";
  const write = (chunk: unknown): boolean => (text += String(chunk)) !== "";
  const progress = createProgress({ isTTY: true, columns: 30, write });
  progress({ kind: "start", groups: [{ suite: "tools", model: "a-long-name", total: 1 }] });
  const run = { case: "tools.a", suite: "tools", kind: "any", model: "a-long-name", n: 1, ms: 1 } as const;
  const attempt = { ...run, blame: null, reason: null, verdict: "pass", void: false } as const;
  progress({ kind: "attempt", attempt, leftMs: 95_000 });
  expect(text.split("\u001b[K").at(-1)).toBe("running 0/1, at most 1m35s le");
});

test.each<[boolean, boolean | undefined, boolean]>([
  [true, undefined, true],
  [false, undefined, false],
  [false, true, true],
  [true, false, false],
])("on a terminal %s, asked for %s: shown %s", (isTTY, asked, isShown) => {
  let text = "";
  const progress = createProgress({ isTTY, write: (chunk) => (text += String(chunk)) !== "" }, asked);
  progress({ kind: "start", groups: [{ suite: "tools", model: null, total: 1 }] });
  expect(text !== "").toBe(isShown);
});

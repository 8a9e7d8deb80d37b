import { expect, test } from "vitest";
import type { CaseResult, Rate } from "../conformance/types.ts";
import { caseResult } from "../testing/case-result.ts";
import { liveTable } from "./live-table.ts";
import { painter } from "./style.ts";

const MODELS = ["qwen3:1.7b", "smollm2"];

function row(
  id: string,
  model: string,
  over: Partial<CaseResult>,
  counts?: [passed: number, n: number],
): CaseResult {
  const [passed, n] = counts ?? [0, 0];
  const value = n < 3 ? null : 0.5;
  const rate: Rate = { passed, n, low: 0.0513, high: 0.9487, floor: 0.5, passK: { k: 3, value } };
  const suite = id.split(".")[0] ?? "";
  return caseResult({ id, suite, kind: "any", model, rate: counts === undefined ? null : rate, ...over });
}

const CASES = [
  caseResult({ id: "tools.call", suite: "tools" }),
  row("tools.call", "qwen3:1.7b", { verdict: "pass" }, [17, 20]),
  row("tools.call", "smollm2", { verdict: "fail", blame: "model" }, [3, 20]),
  row("images.order", "qwen3:1.7b", { verdict: "skip" }),
  row("images.order", "smollm2", { verdict: "inconclusive" }, [1, 2]),
  row("tools.strict", "smollm2", { verdict: "degraded" }, [10, 10]),
  row("images.none", "smollm2", { verdict: "skip" }),
];

function shown(width: number): string | undefined {
  return liveTable(CASES, MODELS, width, painter(false))?.join("\n");
}

test("a row per case that some model ran, under its suite; a column per model", () => {
  expect(shown(120)).toBe(
    [
      "          qwen3:1.7b                      smollm2",
      "case       runs    95 %  pass^3  verdict   runs    95 %  pass^3  verdict",
      "tools",
      "  call    17/20  5–95 %    0.50  pass      3/20  5–95 %    0.50  fail: model",
      "  strict                         -        10/10  5–95 %    0.50  degraded",
      "images",
      "  order                          skipped    1/2  5–95 %          inconclusive",
    ].join("\n"),
  );
});

test("a narrow terminal gets it without the intervals, a narrower one not at all", () => {
  expect(shown(60)).toContain("  call    17/20   0.50 pass      3/20   0.50 fail: model");
  for (const width of [60, 80, 120])
    for (const line of shown(width)?.split("\n") ?? []) expect(line.length).toBeLessThanOrEqual(width);
  expect(shown(50)).toBeUndefined();
});

test("without a live row there is nothing to show", () => {
  expect(liveTable([], MODELS, 80, painter(false))?.slice(2)).toEqual([]);
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Attempt } from "../conformance/types.ts";

/** Passed and judged runs by `case`, then by `model`, as `attempts.jsonl` has them. */
export type RecordedRates = ReadonlyMap<string, { passed: number; n: number }>;

/** The runs that a folder of `--out` keeps, in order. */
export function attemptsIn(folder: string): Attempt[] {
  const text = readFileSync(join(folder, "attempts.jsonl"), "utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Attempt);
}

/** Key of a row in `RecordedRates`. */
export function rateKey(row: { id: string; kind: string; model: string }): string {
  return [row.id, row.kind, row.model].join(" ");
}

/** Rates counted again from single runs, by the words of the format and not by the code that printed them. */
export function ratesOf(attempts: readonly Attempt[]): RecordedRates {
  const rates = new Map<string, { passed: number; n: number }>();
  for (const { case: id, kind, model, verdict, void: isVoid } of attempts) {
    const key = rateKey({ id, kind, model });
    const rate = rates.get(key) ?? { passed: 0, n: 0 };
    const passed = !isVoid && (verdict === "pass" || verdict === "degraded");
    const judged = passed || (!isVoid && verdict === "fail");
    rates.set(key, { passed: rate.passed + Number(passed), n: rate.n + Number(judged) });
  }
  return rates;
}

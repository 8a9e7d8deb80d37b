/** What a rate of passed runs says of a model: intervals, the decision, pass^k. Pure. */

/** Runs after which a rate is looked at. Issue 5, point 3: three looks, and the interval is adjusted for them. */
const LOOKS = [5, 10, 20] as const;

/** Most runs of one row: there is no look after these. */
export const MOST_RUNS: number = LOOKS[LOOKS.length - 1] ?? 0;

/**
 * Two-sided quantile of the normal distribution for 95 % over all looks together (Bonferroni: each look
 * may err with 5 % divided by their number).
 */
const Z_BY_LOOKS = [1.96, 2.241, 2.394] as const;

/** Both ends of an interval around a rate, 0–1. */
export interface Interval {
  low: number;
  high: number;
}

export type Decision = "pass" | "fail" | "undecided";

/** The looks at a row of at most `runs` runs: those before, and one at the end. */
export function plannedLooks(runs: number): number[] {
  return [...LOOKS.filter((look) => look < runs), Math.min(runs, MOST_RUNS)];
}

/** The quantile that keeps the error of so many looks together at 5 %. */
export function quantileFor(looks: number): number {
  return Z_BY_LOOKS[Math.min(Math.max(looks, 1), Z_BY_LOOKS.length) - 1] ?? 1.96;
}

/**
 * Wilson's score interval of `passed` out of `n` runs (E. B. Wilson, JASA 22, 1927). Of no runs at all it
 * is everything: 0 to 1.
 *
 * Counts are whole numbers, so its 95 % are not met at every rate. Computed over all floors with three looks: a
 * model exactly as good as the floor is judged wrongly in 2.9 % of cases at 0.5, in 6.7 % at worst between
 * 0.1 and 0.9, and in up to 13.5 % nearer to 0 or 1.
 */
export function wilson(passed: number, n: number, z: number): Interval {
  if (n === 0) return { low: 0, high: 1 };
  const rate = passed / n;
  const spread = (z * z) / n;
  const middle = (rate + spread / 2) / (1 + spread);
  const half = (z * Math.sqrt((rate * (1 - rate)) / n + spread / (4 * n))) / (1 + spread);
  // The formula reaches its ends exactly; the arithmetic does not.
  const low = passed === 0 ? 0 : Math.max(0, middle - half);
  const high = passed === n ? 1 : Math.min(1, middle + half);
  return { low, high };
}

/** Clear of the floor on either side, or not yet. */
export function decide({ low, high }: Interval, floor: number): Decision {
  if (low >= floor) return "pass";
  return high < floor ? "fail" : "undecided";
}

/**
 * pass^k: how likely `k` runs in a row all pass, as C(passed, k) / C(n, k). Null when there were fewer
 * than `k` runs (S. Yao et al., τ-bench, 2024).
 */
export function passToThe(k: number, passed: number, n: number): number | null {
  if (n < k) return null;
  let value = 1;
  for (let taken = 0; taken < k; taken++) value *= Math.max(0, passed - taken) / (n - taken);
  return value;
}

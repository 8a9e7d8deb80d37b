import { assert, constant, constantFrom, integer, property, tuple } from "fast-check";
import { expect, test } from "vitest";
import { decide, passToThe, plannedLooks, quantileFor, wilson } from "./statistics.ts";

// By bisection of (c/n - x)^2 = z^2 x(1 - x)/n, which is how Wilson states it.
test.each<[passed: number, n: number, z: number, low: number, high: number]>([
  [0, 5, 1.96, 0, 0.4345],
  [5, 5, 1.96, 0.5655, 1],
  [1, 10, 1.96, 0.0179, 0.4042],
  [17, 20, 1.96, 0.6396, 0.9476],
  [10, 20, 1.96, 0.2993, 0.7007],
  [5, 5, 2.394, 0.4659, 1],
  [10, 10, 2.394, 0.6357, 1],
  [9, 20, 2.394, 0.2261, 0.6962],
  [0, 0, 1.96, 0, 1],
])("wilson %d of %d at z = %d", (passed, n, z, low, high) => {
  const interval = wilson(passed, n, z);
  expect(interval.low).toBeCloseTo(low, 4);
  expect(interval.high).toBeCloseTo(high, 4);
});

const counts = integer({ min: 1, max: 200 }).chain((n) => tuple(integer({ min: 0, max: n }), constant(n)));
const quantiles = constantFrom(1.96, 2.241, 2.394);

test("the interval contains the rate and stays within 0 and 1", () => {
  assert(
    property(counts, quantiles, ([passed, n], z) => {
      const { low, high } = wilson(passed, n, z);
      expect(low).toBeGreaterThanOrEqual(0);
      expect(low).toBeLessThanOrEqual(passed / n);
      expect(high).toBeGreaterThanOrEqual(passed / n);
      expect(high).toBeLessThanOrEqual(1);
    }),
  );
});

test("at the same rate more runs make it narrower, more looks wider", () => {
  const width = (passed: number, n: number, z: number): number => {
    const { low, high } = wilson(passed, n, z);
    return high - low;
  };
  assert(
    property(counts, quantiles, integer({ min: 2, max: 5 }), ([passed, n], z, times) => {
      expect(width(passed * times, n * times, z)).toBeLessThan(width(passed, n, z));
      expect(width(passed, n, z + 0.2)).toBeGreaterThan(width(passed, n, z));
    }),
  );
});

test.each([
  [1, [1], 1.96],
  [5, [5], 1.96],
  [7, [5, 7], 2.241],
  [10, [5, 10], 2.241],
  [12, [5, 10, 12], 2.394],
  [20, [5, 10, 20], 2.394],
])("%d runs at most are looked at after %j, with z = %d", (runs, looks, z) => {
  expect(plannedLooks(runs)).toEqual(looks);
  expect(quantileFor(looks.length)).toBe(z);
});

test.each<[low: number, high: number, floor: number, decision: string]>([
  [0.5, 1, 0.5, "pass"],
  [0.4, 0.9, 0.5, "undecided"],
  [0, 0.5, 0.5, "undecided"],
  [0, 0.499, 0.5, "fail"],
  [0, 1, 0, "pass"],
])("from %d to %d against a floor of %d: %s", (low, high, floor, decision) => {
  expect(decide({ low, high }, floor)).toBe(decision);
});

test.each<[k: number, passed: number, n: number, value: number | null]>([
  [3, 2, 2, null],
  [3, 3, 3, 1],
  [3, 2, 5, 0],
  [3, 4, 5, 0.4],
  [3, 17, 20, 680 / 1140],
  [1, 9, 20, 0.45],
])("pass^%d of %d in %d is %d", (k, passed, n, value) => {
  const found = passToThe(k, passed, n);
  expect(found === null ? null : Number(found.toFixed(12))).toBe(
    value === null ? null : Number(value.toFixed(12)),
  );
});

/** Park and Miller's generator: the same numbers in every run. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** How a model of this rate is judged when it is looked at as it runs. */
function judged(rate: number, floor: number, roll: () => number): string {
  const looks = plannedLooks(20);
  let passed = 0;
  for (let n = 1; n <= 20; n++) {
    if (roll() < rate) passed++;
    if (!looks.includes(n)) continue;
    const decision = decide(wilson(passed, n, quantileFor(looks.length)), floor);
    if (decision !== "undecided") return decision;
  }
  return "undecided";
}

function share(decision: string, rate: number, floor: number): number {
  const roll = dice(20_261_125);
  const rounds = 20_000;
  let count = 0;
  for (let round = 0; round < rounds; round++) if (judged(rate, floor, roll) === decision) count++;
  return count / rounds;
}

// A model at the floor is neither clearly above nor clearly below: each verdict on it is an error.
test.each([0.1, 0.2, 0.4, 0.5, 0.6, 0.8, 0.9])("three looks err in at most 5 % at a floor of %d", (floor) => {
  expect(share("pass", floor, floor) + share("fail", floor, floor)).toBeLessThanOrEqual(0.05);
});

test.each([
  [0.7, 0.06],
  [0.816, 0.075],
  [0.979, 0.14],
])("at a floor of %d they may err in more, as the docstring says", (floor, most) => {
  const error = share("pass", floor, floor) + share("fail", floor, floor);
  expect(error).toBeGreaterThan(0.05);
  expect(error).toBeLessThan(most);
});

test("what is clearly better or worse than the floor is found out", () => {
  expect(share("pass", 0.95, 0.5)).toBeGreaterThan(0.95);
  expect(share("fail", 0.1, 0.5)).toBeGreaterThan(0.95);
});

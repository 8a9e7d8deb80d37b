import { expect, test } from "vitest";
import { mismatch } from "./match.ts";

test.each<[value: unknown, match: unknown, holds: boolean]>([
  ["a", "a", true],
  ["a", "b", false],
  [{ a: [1] }, { a: [1] }, true],
  [{ constructor: 1 }, { constructor: 1 }, true],
  [undefined, { absent: true }, true],
  [null, { absent: true }, false],
  [null, { present: true }, true],
  [undefined, { present: true }, false],
  [0, { equals: 0 }, true],
  [undefined, { equals: 0 }, false],
  ["abc", { matches: "^a.c$" }, true],
  [undefined, { matches: "." }, false],
  ["abc", { contains: ["a", "c"], lacks: "d" }, true],
  ["abc", { contains: ["a", "d"] }, false],
  [undefined, { lacks: "a" }, true],
  [5, { at_least: 5, at_most: 5 }, true],
  ["5", { at_least: 5 }, false],
  [5.5, { type: "integer" }, false],
  [[], { type: "array", length: 0 }, true],
  ["b", { one_of: ["a", "b"] }, true],
  ["c", { one_of: ["a", "b"] }, false],
])("%j against %j: %j", (value, match, holds) => {
  expect(mismatch(value, match) === null).toBe(holds);
});

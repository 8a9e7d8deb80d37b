import { expect, test } from "vitest";
import { parseDuration, showDuration } from "./duration.ts";

test.each([
  ["90s", 90_000],
  ["10m", 600_000],
  ["1h", 3_600_000],
  ["1h30m", 5_400_000],
  ["", null],
  ["10", null],
  ["0m", null],
  ["m", null],
  ["10 m", null],
  ["1m1h", null],
  ["1.5h", null],
  ["-1m", null],
])("%j is %s ms", (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each([
  [0, "0s"],
  [400, "0s"],
  [90_000, "1m30s"],
  [600_000, "10m"],
  [3_900_000, "1h5m"],
])("%d ms is said as %s", (ms, text) => {
  expect(showDuration(ms)).toBe(text);
});

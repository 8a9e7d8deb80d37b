import { expect, test } from "vitest";
import { CliError, errorLine, exitCodeOf, usageError, worstExit } from "./exit.ts";

test.each([
  [[0], 0],
  [[], 0],
  [[1, 6], 1],
  [[1, 4], 4],
  [[4, 3, 1], 3],
  [[6, 3, 5, 1, 4], 5],
  [[2], 2],
] as const)("of the exit codes %j the program's is %j", (codes, expected) => {
  expect(worstExit(codes)).toBe(expected);
});

test.each([
  [usageError("x"), 2],
  [new CliError("anything", 6, "x"), 6],
  [Object.assign(new Error("x"), { code: "cassette-missing" }), 4],
  [Object.assign(new Error("x"), { code: "cassette-exists" }), 2],
  [Object.assign(new Error("x"), { code: "backend-missing" }), 3],
  [Object.assign(new Error("x"), { code: "EADDRINUSE" }), 3],
  [new TypeError("x"), 5],
  ["x", 5],
])("%o ends the program with %j", (error, expected) => {
  expect(exitCodeOf(error)).toBe(expected);
});

test("an error is one line that begins with its code", () => {
  expect(errorLine(usageError("two\n  lines"))).toBe("usage: two lines");
  expect(errorLine(new TypeError("oops"))).toBe("internal-error: oops");
});

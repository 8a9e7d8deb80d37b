import { expect, test } from "vitest";
import { didYouMean, nearest } from "./hint.ts";

const KNOWN = ["run", "record", "replay", "verify", "serve-model", "baseURL"];

test.each([
  ["rn", "run"],
  ["recrod", "record"],
  ["RUN", "run"],
  ["reply", "replay"],
  ["baseUrl", "baseURL"],
  ["serve-modle", "serve-model"],
  ["xyz", undefined],
  ["", undefined],
])("%j is nearest to %j", (word, expected) => {
  expect(nearest(word, KNOWN)).toBe(expected);
});

test("the hint names the option with its dashes, or says nothing", () => {
  expect(didYouMean("modle", ["model"], "--")).toBe('; did you mean "--model"?');
  expect(didYouMean("zzzz", ["model"], "--")).toBe("");
});

import { expect, test } from "vitest";
import { withoutPrice } from "./pricing.ts";

const FREE =
  '{"modelPricing":{"overrides":{"qwen3:1.7b":{"input":0,"output":0,"cacheRead":0,"cacheWrite":0}}}}';

test.each([
  [
    ["-p", "hi"],
    ["--managed-settings", FREE, "-p", "hi"],
  ],
  [
    ["--managed-settings", "{}", "-p"],
    ["--managed-settings", "{}", "-p"],
  ],
  [["--managed-settings={}"], ["--managed-settings={}"]],
])("%j becomes %j", (args, expected) => {
  expect(withoutPrice(args, "qwen3:1.7b")).toEqual(expected);
});

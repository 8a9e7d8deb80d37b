import { describe, expect, test } from "vitest";
import { profileOf, type ModelFacts } from "./profile.ts";

const UNKNOWN: ModelFacts = { contextWindow: null, maxOutput: null, thinking: "bool" };

/** As the client computes it. */
function clientCompactsAt(variables: Record<string, string>): number {
  const window = Number(variables["CLAUDE_CODE_MAX_CONTEXT_TOKENS"]);
  return window - Math.min(Number(variables["CLAUDE_CODE_MAX_OUTPUT_TOKENS"]), 20_000) - 13_000;
}

test("a model of which nothing is known keeps the client's own numbers, with all tools", () => {
  expect(profileOf(UNKNOWN).variables).toEqual({ ENABLE_TOOL_SEARCH: "false" });
  expect(profileOf(UNKNOWN).warnings).toEqual([]);
});

describe.each([
  [32_768, 6_553, 22_938, "true"],
  [40_960, 8_192, 28_672, "true"],
  [65_536, 13_107, 45_875, "false"],
  [131_072, 26_214, 98_072, "false"],
  [262_144, 32_000, 229_144, "false"],
] as const)("a window of %i tokens", (contextWindow, output, compacted, search) => {
  const { variables, remarks, warnings } = profileOf({ ...UNKNOWN, contextWindow });

  test(`answers up to ${output}, compaction at ${compacted}, tool search ${search}`, () => {
    expect(variables["CLAUDE_CODE_MAX_OUTPUT_TOKENS"]).toBe(String(output));
    expect(clientCompactsAt(variables)).toBe(compacted);
    expect(variables["ENABLE_TOOL_SEARCH"]).toBe(search);
    expect(remarks.join()).toContain(`compacted at ${compacted}`);
    expect(warnings).toEqual([]);
  });

  test("the prompt, the answer and the compaction's own words fit", () => {
    expect(compacted + output + 1_000).toBeLessThanOrEqual(contextWindow);
  });
});

test.each([
  ["the model's limit", { ...UNKNOWN, maxOutput: 4_096 }, null, "4096"],
  ["the smaller of the two", { ...UNKNOWN, contextWindow: 100_000, maxOutput: 4_096 }, null, "4096"],
  ["the model's limit beyond the client's", { ...UNKNOWN, maxOutput: 64_000 }, null, "32000"],
  ["the user's limit", { ...UNKNOWN, contextWindow: 40_960, maxOutput: 4_096 }, 9_000, "9000"],
])("%s limits the answer", (_what, facts, output, expected) => {
  expect(profileOf(facts, output).variables["CLAUDE_CODE_MAX_OUTPUT_TOKENS"]).toBe(expected);
});

test("the user's limit moves the compaction", () => {
  const { variables } = profileOf({ ...UNKNOWN, contextWindow: 40_960 }, 2_000);
  expect(clientCompactsAt(variables)).toBe(40_960 - 4_096 - 2_000);
});

test.each(["bool", "levels", "always", "none"] as const)("thinking %s", (thinking) => {
  const off = profileOf({ ...UNKNOWN, thinking }).variables["CLAUDE_CODE_DISABLE_THINKING"];
  expect(off).toBe(thinking === "none" ? "1" : undefined);
});

test.each([
  [4_096, ["4096"]],
  [16_384, ["16384"]],
  [20_480, ["20480"]],
  [32_768, []],
])("a window of %i tokens brings warnings of %j", (contextWindow, windows) => {
  const { warnings } = profileOf({ ...UNKNOWN, contextWindow });
  expect(warnings.map((warning) => /window of (\d+) tokens is small/.exec(warning)?.[1])).toEqual(windows);
});

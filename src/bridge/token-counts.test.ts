import { describe, expect, test } from "vitest";
import type { PromptSize } from "../translate/estimate.ts";
import { TokenCounts } from "./token-counts.ts";

const NONE: PromptSize = { text: 0, wide: 0, tools: 0, images: 0 };
const text = (tokens: number): PromptSize => ({ ...NONE, text: tokens });

test("before anything was reported an estimate stays as it is", () => {
  const counts = new TokenCounts();
  expect([counts.estimate("m", { ...text(100), images: 800 }), counts.estimate("m", text(0))]).toEqual([
    900, 1,
  ]);
  expect(counts.quality()).toEqual([]);
});

describe("a tokenizer that counts otherwise is learnt", () => {
  test.each([0.6, 0.9, 1.3, 2])("%d tokens for each estimated one", (ratio) => {
    const counts = new TokenCounts();
    for (const tokens of [900, 1200, 12_000, 12_500]) counts.observe("m", text(tokens), tokens * ratio);
    expect(Math.abs(counts.estimate("m", text(10_000)) / (10_000 * ratio) - 1)).toBeLessThan(0.02);
  });

  test("one long prompt is enough; one short is not", () => {
    const counts = new TokenCounts();
    counts.observe("long", text(12_000), 15_000);
    counts.observe("short", text(9), 30);
    expect(counts.estimate("long", text(12_000))).toBeGreaterThan(14_900);
    expect(counts.estimate("short", text(1000))).toBeLessThan(1150);
  });

  test("each model by itself", () => {
    const counts = new TokenCounts();
    counts.observe("a", text(12_000), 15_000);
    expect(counts.estimate("b", text(12_000))).toBe(12_000);
  });

  test("images apart from texts", () => {
    const counts = new TokenCounts();
    for (let n = 0; n < 10; n++) {
      counts.observe("m", text(2000), 2400);
      counts.observe("m", { ...text(2000), images: 800 }, 2400 + 400);
    }
    expect(Math.abs(counts.estimate("m", text(2000)) - 2400)).toBeLessThan(50);
    expect(Math.abs(counts.estimate("m", { ...text(2000), images: 800 }) - 2800)).toBeLessThan(80);
  });
});

test.each<[string, number, number | undefined]>([
  ["nothing", 1000, undefined],
  ["0", 1000, 0],
  ["only what was not cached", 1000, 12],
  ["something else altogether", 100, 100_000],
])("a report of %s teaches nothing", (_name, estimated, reported) => {
  const counts = new TokenCounts();
  counts.observe("m", text(estimated), reported);
  expect([counts.estimate("m", text(5000)), counts.quality()]).toEqual([5000, []]);
});

test("the error is that of the estimates as they were, and shrinks as it learns", () => {
  const counts = new TokenCounts();
  counts.observe("m", text(1000), 1250);
  expect(counts.quality()).toMatchObject([{ model: "m", observations: 1, error: 0.2 }]);
  for (let n = 0; n < 40; n++) counts.observe("m", text(1000), 1250);
  const [quality] = counts.quality();
  expect(quality?.error).toBeLessThan(0.01);
  expect(quality?.ratios.text).toBeCloseTo(1.25, 1);
});

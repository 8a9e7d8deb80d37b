import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PromptSize } from "../translate/estimate.ts";
import { PartWeights } from "./part-weights.ts";

const NONE: PromptSize = { text: 0, wide: 0, tools: 0, images: 0 };

/** Learns from prompts of a model that counts each part by `ratios`. */
function learnt(ratios: PromptSize, prompts: Partial<PromptSize>[]): PartWeights {
  const weights = new PartWeights();
  for (const prompt of prompts) {
    const size = { ...NONE, ...prompt };
    weights.learn(size, reported(ratios, size));
  }
  return weights;
}

function reported(ratios: PromptSize, size: PromptSize): number {
  const { text, wide, tools, images } = size;
  return text * ratios.text + wide * ratios.wide + tools * ratios.tools + images * ratios.images;
}

function off(weights: PartWeights, ratios: PromptSize, prompt: Partial<PromptSize>): number {
  const size = { ...NONE, ...prompt };
  const real = reported(ratios, size);
  return Math.abs(weights.weigh(size) - real) / Math.max(real, 200);
}

describe("each part has a ratio of its own", () => {
  const ratios = { text: 1.2, wide: 2.3, tools: 0, images: 0.3 };
  const weights = learnt(ratios, [
    { text: 900 },
    { text: 300, wide: 700 },
    { text: 400, tools: 800 },
    { text: 200, images: 800 },
    { text: 1200 },
  ]);

  test.each<[string, Partial<PromptSize>]>([
    ["text", { text: 5000 }],
    ["another script", { wide: 1500 }],
    ["tools that the template leaves out", { text: 500, tools: 8000 }],
    ["pictures", { text: 100, images: 1600 }],
  ])("%s", (_name, prompt) => {
    expect(off(weights, ratios, prompt)).toBeLessThan(0.1);
  });
});

test("what was just counted is known", () => {
  const weights = learnt({ ...NONE, text: 1 }, [{ text: 2000 }, { text: 3000 }]);
  weights.learn({ ...NONE, text: 816 }, 969);
  expect(weights.weigh({ ...NONE, text: 816 })).toBeGreaterThan(969 * 0.95);
});

test("parts that always come together do not drift apart for ever", () => {
  const ratios = { text: 1.1, wide: 1, tools: 1.4, images: 1 };
  const weights = learnt(
    ratios,
    Array.from({ length: 2000 }, () => ({ text: 4000, tools: 8000 })),
  );
  expect(off(weights, ratios, { text: 4000, tools: 8000 })).toBeLessThan(0.01);
  expect(off(weights, ratios, { text: 4000 })).toBeLessThan(0.5);
  weights.learn({ ...NONE, text: 6000 }, 6600);
  expect(off(weights, ratios, { text: 6000 })).toBeLessThan(0.05);
});

test("no weight leaves its bounds, whatever is reported", () => {
  const count = fc.integer({ min: 0, max: 200_000 });
  const prompt = fc.record({ text: count, wide: count, tools: count, images: count });
  fc.assert(
    fc.property(fc.array(fc.tuple(prompt, count), { maxLength: 40 }), (reports) => {
      const weights = new PartWeights();
      for (const [size, tokens] of reports) weights.learn(size, tokens);
      for (const weight of Object.values(weights.rounded())) {
        expect(weight).toBeGreaterThanOrEqual(0);
        expect(weight).toBeLessThanOrEqual(4);
      }
    }),
  );
});

import { expect, test } from "vitest";
import { sameModel } from "./model-name.ts";

test.each([
  ["tiny", "tiny:latest", true],
  ["Tiny", "tiny:latest", true],
  ["tiny:LATEST", "tiny:latest", true],
  ["library/tiny", "tiny:latest", true],
  ["registry.ollama.ai/library/tiny:1b", "tiny:1b", true],
  ["https://registry.ollama.ai/library/tiny", "tiny:latest", true],
  ["hf.co/Some/Model-GGUF:Q4_K_M", "hf.co/some/model-gguf:q4_k_m", true],
  ["someone/tiny", "someone/tiny:latest", true],
  ["tiny:1b", "tiny:latest", false],
  ["someone/tiny", "tiny:latest", false],
  ["hf.co/library/tiny", "tiny:latest", false],
  ["tin", "tiny", false],
])("%s and %s are one model: %s", (one, other, same) => {
  expect(sameModel(one, other)).toBe(same);
});

import { expect, test } from "vitest";
import { isLocal, summaryLine } from "./summary.ts";

const NOTHING = { inputTokens: 0, outputTokens: 0, cachedTokens: 0, answers: 0, pricedAnswers: 0, cost: 0 };
const SOME = { ...NOTHING, inputTokens: 12_345, outputTokens: 678, answers: 3 };

test.each([
  [NOTHING, true, null],
  [SOME, true, "12,345 tokens in, 678 out; cost: 0, the model is local"],
  [SOME, false, "12,345 tokens in, 678 out; cost: unknown, the provider does not say"],
  [
    { ...SOME, cachedTokens: 8_000, pricedAnswers: 3, cost: 1.239 },
    false,
    "12,345 tokens in (8,000 cached), 678 out; cost: $1.24, says the provider",
  ],
  [
    { ...SOME, pricedAnswers: 2, cost: 0.000_42 },
    false,
    "12,345 tokens in, 678 out; cost: more than $0.000420: the provider priced 2 of 3 answers",
  ],
  [
    { ...SOME, pricedAnswers: 3, cost: 0.05 },
    true,
    "12,345 tokens in, 678 out; cost: $0.0500, says the provider",
  ],
])("%j, local %s", (counted, local, expected) => {
  expect(summaryLine(counted, local)).toBe(expected);
});

test.each([
  ["http://localhost:11434", true],
  ["http://127.0.0.1:8080/v1", true],
  ["http://[::1]:8080/v1", true],
  ["http://192.168.1.20:11434", true],
  ["http://10.1.2.3", true],
  ["http://100.100.1.1:11434", true],
  ["http://[fd00::1]:1", true],
  ["http://gpu-box:8000/v1", true],
  ["http://gpu.local:8000", true],
  ["https://openrouter.ai/api/v1", false],
  ["https://1.1.1.1/v1", false],
  ["https://[2606:4700::1111]/v1", false],
])("%s is local: %s", async (url, local) => {
  expect(await isLocal(url)).toBe(local);
});

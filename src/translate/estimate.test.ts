import { describe, expect, test } from "vitest";
import { estimateText, estimateTokens } from "./estimate.ts";
import { BASH, image, textBlock, toolResult, toolUse } from "./requests.test.support.ts";

const user = (
  content: Parameters<typeof estimateTokens>[0]["messages"][number]["content"],
): Parameters<typeof estimateTokens>[0] => ({
  messages: [{ role: "user", content }],
});

test("a string and one block count the same", () => {
  expect(estimateTokens(user("hello there"))).toBe(estimateTokens(user([textBlock("hello there")])));
});

test("is above 0 for nothing", () => {
  expect(estimateTokens({ messages: [] })).toBeGreaterThan(0);
  expect(estimateText("a")).toBe(1);
  expect(estimateText("")).toBe(0);
});

test.each<[string, string, number, number]>([
  ["English", "The quick brown fox jumps over the lazy dog, again and again. ".repeat(20), 220, 420],
  ["Japanese", "日本の首都は東京です。".repeat(20), 130, 240],
])("%s is near what tokenizers count", (_title, text, low, high) => {
  expect(estimateText(text)).toBeGreaterThan(low);
  expect(estimateText(text)).toBeLessThan(high);
});

describe("each part adds", () => {
  const base = { ...user("hi") };
  test.each([
    ["system", { ...base, system: "Be." }],
    ["a message", { messages: [...base.messages, { role: "assistant" as const, content: "x" }] }],
    ["a tool", { ...base, tools: [BASH] }],
    ["an image", user([textBlock("hi"), image])],
    [
      "a call and its result",
      {
        messages: [
          ...base.messages,
          { role: "assistant" as const, content: [toolUse("a")] },
          { role: "user" as const, content: [toolResult("a", "r")] },
        ],
      },
    ],
  ])("%s", (_title, more) => {
    expect(estimateTokens(more)).toBeGreaterThan(estimateTokens(base));
  });
});

import { describe, expect, test } from "vitest";
import { estimateText, estimateTokens, measurePrompt } from "./estimate.ts";
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

test("a PDF that was not read counts by its size", () => {
  const pdf = (bytes: number): ReturnType<typeof user> =>
    user([
      {
        type: "document",
        source: {
          type: "base64",
          media_type: "application/pdf",
          data: Buffer.alloc(bytes).toString("base64"),
        },
      },
    ]);
  expect(measurePrompt(pdf(600)).images).toBe(1_500);
  expect(measurePrompt(pdf(990_000)).images).toBe(30_000);
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

test.each<[string, number, number, number]>([
  ["a large picture", 1500, 1000, 1600],
  ["an ordinary one", 800, 600, 640],
  ["an icon", 16, 16, 64],
])("%s costs by its size", (_title, width, height, tokens) => {
  const header = Buffer.alloc(24);
  header.write("\x89PNG\r\n\x1a\n", "latin1");
  header.writeUInt32BE(width, 16);
  header.writeUInt32BE(height, 20);
  const data = header.toString("base64");
  const picture = {
    type: "image" as const,
    source: { type: "base64" as const, media_type: "image/png", data },
  };
  expect(measurePrompt(user([picture])).images).toBe(tokens);
});

test("a tool that may change is measured each time, a frozen one once", () => {
  const tool = { name: "look", description: "short", input_schema: { type: "object" } };
  const size = (): number => measurePrompt({ messages: [], tools: [tool] }).tools;
  const before = size();
  tool.description = "long ".repeat(100);
  const after = size();
  expect(after).toBeGreaterThan(before);
  Object.freeze(tool);
  expect([size(), size()]).toEqual([after, after]);
});

import { describe, expect, test } from "vitest";
import { BridgeOptionsError, resolveSettings, type BridgeOptions } from "./options.ts";

const OPTIONS: BridgeOptions = { provider: "openai", baseUrl: "http://h/v1", model: "m" };

describe("base URL", () => {
  test.each<[BridgeOptions["provider"], string, string]>([
    ["openai", "https://openrouter.ai/api/v1", "https://openrouter.ai/api/v1/chat"],
    ["openai", "http://h:1/v1/", "http://h:1/v1/chat"],
    ["openai", "http://h:1", "http://h:1/chat"],
    ["ollama", "http://h:11434", "http://h:11434/chat"],
    ["ollama", "http://h:11434/v1", "http://h:11434/chat"],
    ["ollama", "http://h/behind/v1/", "http://h/behind/chat"],
    ["anthropic", "https://api.anthropic.com/v1", "https://api.anthropic.com/chat"],
  ])("%s %s", (provider, baseUrl, expected) => {
    const settings = resolveSettings({ ...OPTIONS, provider, baseUrl });
    expect(`${settings.origin}${settings.basePath}/chat`).toBe(expected);
  });

  test.each(["", "localhost:11434", "ftp://h", "/v1"])("%j is refused", (baseUrl) => {
    expect(() => resolveSettings({ ...OPTIONS, baseUrl })).toThrow(BridgeOptionsError);
  });
});

test("an unknown provider is refused by name", () => {
  const options = { ...OPTIONS, provider: "azure" } as unknown as BridgeOptions;
  expect(() => resolveSettings(options)).toThrow(/^provider: "azure"/);
});

test("stated facts: set wins over flags, and the output limit is one of them", () => {
  const settings = resolveSettings({
    ...OPTIONS,
    flags: { vision: true, tools: false },
    maxOutputTokens: 4096,
    set: { vision: "false", context: "32768", thinking: "levels", reasoningField: "none" },
  });
  expect(settings.stated).toEqual({
    vision: false,
    tools: false,
    maxOutput: 4096,
    contextWindow: 32768,
    thinking: "levels",
    reasoningField: null,
  });
});

test.each([
  ["30m", "30m"],
  ["1h30m", "1h30m"],
  ["-1", -1],
  ["0", 0],
])("keepAlive=%s", (value, keepAlive) => {
  expect(resolveSettings({ ...OPTIONS, set: { keepAlive: value } }).stated).toEqual({ keepAlive });
});

test.each([
  [{ visoin: "false" }, /^set\.visoin: unknown flag, use one of tools, /],
  [{ toString: "1" }, /^set\.toString: unknown flag/],
  [{ vision: "maybe" }, /^set\.vision: must be one of true, false, not "maybe"/],
  [{ context: "32k" }, /^set\.context: must be a number of tokens/],
  [{ context: "-1" }, /^set\.context/],
  [{ keepAlive: "soon" }, /^set\.keepAlive: must be seconds, -1 for ever, or a time such as 30m, not "soon"/],
  [{ midSystem: "x" }, /native, fold, refuse/],
])("set %j is refused", (set, message) => {
  expect(() => resolveSettings({ ...OPTIONS, set })).toThrow(message);
});

import { expect, test } from "vitest";
import { clientFor } from "./client-choice.ts";
import type { LiveModel } from "./options.ts";

function profile(used: number | null, thinking?: boolean): LiveModel["profile"] {
  const capabilities = thinking === undefined ? {} : { thinking: { has: thinking, from: "", levels: [] } };
  return { context: { limit: null, used, needed: 12_000 }, capabilities } as unknown as LiveModel["profile"];
}

test.each([
  [4096, true],
  [8192, true],
  [20_000, true],
  [32_768, false],
  [131_072, false],
  [null, false],
])("a context of %s tokens: --bare %s", (used, bare) => {
  const { bare: chosen, why } = clientFor(profile(used));
  expect(chosen).toBe(bare);
  expect(why).toBe(bare ? `a context of ${used} tokens has no room for the full client` : null);
});

test("the client is told the model's window, and that it does not think", () => {
  expect(clientFor(profile(32_768, false)).env).toMatchObject({
    CLAUDE_CODE_MAX_CONTEXT_TOKENS: "42491",
    CLAUDE_CODE_MAX_OUTPUT_TOKENS: "6553",
    CLAUDE_CODE_DISABLE_THINKING: "1",
  });
  expect(clientFor(profile(32_768, true)).env).not.toHaveProperty("CLAUDE_CODE_DISABLE_THINKING");
});

test("of a model that nothing is known of nothing is said", () => {
  expect(clientFor(undefined)).toEqual({ bare: false, why: null, env: { ENABLE_TOOL_SEARCH: "false" } });
});

import { afterEach, expect, test } from "vitest";
import { startScripted } from "../scripted/server.ts";
import type { ScriptedServer } from "../scripted/options.ts";
import { modelFacts } from "./model-facts.ts";
import { profileOf } from "./profile.ts";

let ollama: ScriptedServer | undefined;
afterEach(() => ollama?.close());

test.each([
  ["is not known", null, {}, 32_768],
  ["has room", 64 * 2 ** 30, {}, 32_768],
  ["has little", 2 ** 20, {}, 4_096],
  ["has little, and the user states it", 2 ** 20, { context: "20000" }, 20_000],
])("the context of a model whose machine's memory %s", async (_name, memory, set, contextWindow) => {
  ollama = await startScripted({
    models: [{ name: "m", capabilities: ["completion"], contextLength: 131_072 }],
  });
  const options = { provider: "ollama" as const, baseUrl: ollama.url, model: "m", set };
  expect((await modelFacts(options, "m", memory)).contextWindow).toBe(contextWindow);
});

test("of an Ollama behind /v1 that has its own, which is told to the user", async () => {
  ollama = await startScripted({ models: [{ name: "m", capabilities: ["completion"], numCtx: 4096 }] });
  const options = { provider: "openai" as const, baseUrl: `${ollama.url}/v1`, model: "m" };
  const facts = await modelFacts(options, "m");
  expect(facts).toMatchObject({ contextWindow: 4096, cutsPrompts: true });
  expect(profileOf(facts).warnings).toEqual([
    expect.stringMatching(/4096 tokens is small .*"claude-bridge ollama MODEL".*OLLAMA_CONTEXT_LENGTH=32768/),
  ]);
});

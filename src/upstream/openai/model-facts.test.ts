import { describe, expect, test } from "vitest";
import { flagsFromModelList, flagsFromProps, isOllamaList, moreFacts } from "./model-facts.ts";

const OPENROUTER = {
  id: "m",
  context_length: 128_000,
  architecture: { input_modalities: ["text", "image"] },
  top_provider: { context_length: 128_000, max_completion_tokens: 16_384 },
  supported_parameters: ["tools", "tool_choice", "max_tokens", "structured_outputs", "reasoning"],
};

test.each<[string, object, object]>([
  ["vLLM", { id: "m", max_model_len: 4096 }, { contextWindow: 4096 }],
  ["llama-server", { id: "m", meta: { n_ctx: 8192, n_ctx_train: 131_072 } }, { contextWindow: 8192 }],
  ["an older llama-server", { id: "m", meta: { n_ctx_train: 131_072 } }, {}],
  [
    "Groq",
    { id: "m", context_window: 131_072, max_completion_tokens: 32_768 },
    { contextWindow: 131_072, maxOutput: 32_768 },
  ],
  [
    "LM Studio, loaded",
    { id: "m", type: "vlm", max_context_length: 32_768, loaded_context_length: 4096 },
    { contextWindow: 4096, vision: true },
  ],
  [
    "LM Studio, not loaded",
    { id: "m", type: "llm", max_context_length: 32_768 },
    { contextWindow: 32_768, vision: false },
  ],
  ["Google's prefix", { id: "models/m", max_model_len: 1 }, { contextWindow: 1 }],
  [
    "OpenRouter, all of it",
    OPENROUTER,
    {
      contextWindow: 128_000,
      maxOutput: 16_384,
      vision: true,
      tools: true,
      toolChoice: true,
      topK: false,
      structured: true,
    },
  ],
  [
    "OpenRouter, a plain model",
    { id: "m", architecture: { input_modalities: ["text"] }, supported_parameters: ["max_tokens", "top_k"] },
    { vision: false, tools: false, toolChoice: false, topK: true, structured: false, thinking: "none" },
  ],
  ["OpenRouter, nothing listed", { id: "m", supported_parameters: [] }, {}],
  [
    "null is not said",
    {
      ...OPENROUTER,
      supported_parameters: null,
      context_length: null,
      top_provider: null,
      architecture: null,
    },
    {},
  ],
  ["another model", { id: "n", max_model_len: 4096 }, {}],
  ["nonsense", { id: "m", max_model_len: "4096", context_length: -1, context_window: 1.5 }, {}],
])("a model list says: %s", (_title, entry, flags) => {
  expect(flagsFromModelList({ data: [{ id: "x", max_model_len: 7 }, null, entry] }, "m")).toEqual(flags);
});

test.each([null, [], "x", { data: {} }, {}])("no list: %j", (json) => {
  expect([flagsFromModelList(json, "m"), moreFacts(json, "m")]).toEqual([{}, undefined]);
});

describe("more is told elsewhere", () => {
  test.each([
    ["llamacpp", "/props"],
    ["organization_owner", "/api/v0/models"],
  ])("owned by %s: %s", (owned_by, path) => {
    expect(moreFacts({ data: [{ id: "m", owned_by }] }, "m")).toEqual({
      method: "GET",
      path,
      fromRoot: true,
    });
  });

  test.each(["vllm", "library", null])("owned by %s: nothing", (owned_by) => {
    expect(moreFacts({ data: [{ id: "m", owned_by }] }, "m")).toBeUndefined();
  });

  test.each<[unknown, object]>([
    [
      { default_generation_settings: { n_ctx: 8192 }, modalities: { vision: false, audio: false } },
      { contextWindow: 8192, vision: false },
    ],
    [{ default_generation_settings: {}, modalities: {} }, {}],
    [{ default_generation_settings: { n_ctx: 0 }, modalities: { vision: true } }, { vision: true }],
    [null, {}],
  ])("/props %j", (json, flags) => {
    expect(flagsFromProps(json)).toEqual(flags);
  });
});

test.each<[string, object[], object]>([
  ["is the one of llama-server, whatever it is called", [{ owned_by: "llamacpp" }], { contextWindow: 64 }],
  ["is none of several", [{ owned_by: "llamacpp" }, { owned_by: "llamacpp" }], {}],
  ["is none of another server's", [{ owned_by: "vllm" }], {}],
])("a model that is not listed %s", (_name, entries, flags) => {
  const data = entries.map((entry, n) => ({ id: `/models/${n}.gguf`, meta: { n_ctx: 64 }, ...entry }));
  expect(flagsFromModelList({ data }, "any-name")).toEqual(flags);
  expect(moreFacts({ data }, "any-name")?.path).toBe("contextWindow" in flags ? "/props" : undefined);
});

test.each<[string, string, string | null, boolean]>([
  ["qwen3:8b", "qwen3:8b", "library", true],
  ["qwen3", "qwen3:latest", "library", true],
  ["Library/Qwen3", "qwen3:latest", "library", true],
  ["someone/qwen3:8b", "someone/qwen3:8b", "someone", true],
  ["openai/gpt-4o", "openai/gpt-4o", "openai", false],
  ["m", "m", "vllm", false],
  ["m", "m", null, false],
  ["qwen3", "other:latest", "library", false],
])("%s in a list that has %s, owned by %s: an Ollama %s", (model, id, owned_by, is) => {
  expect(isOllamaList({ data: [{ id, owned_by }] }, model)).toBe(is);
});

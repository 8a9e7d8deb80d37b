import { describe, expect, test } from "vitest";
import { flagsFromShow, loadedContext, ollamaShow, readModelList } from "./probe.ts";

test("the name may hold anything", () => {
  expect(ollamaShow('a/b:c"').body).toBe('{"model":"a/b:c\\""}');
});

describe("/api/show", () => {
  const info = {
    "general.architecture": "llama",
    "llama.context_length": 131_072,
    "tokenizer.ggml.tokens": null,
  };

  test.each([
    ["a plain model", ["completion"], { tools: false, vision: false, thinking: "none" }],
    ["everything", ["tools", "thinking", "vision"], { tools: true, vision: true, thinking: "bool" }],
    ["an old server", undefined, {}],
    ["null", null, {}],
  ])("capabilities of %s", (_name, capabilities, flags) => {
    expect(flagsFromShow({ capabilities })).toEqual(flags);
  });

  test.each([
    [
      "the Modelfile's",
      { parameters: 'num_ctx                        2048\nstop "x"', model_info: info },
      2048,
    ],
    ["the Modelfile's, further down", { parameters: 'stop "x"\nnum_ctx 131072', model_info: info }, 131_072],
    ["a large model's", { parameters: "num_ctxx 1", model_info: info }, 32_768],
    ["a small model's", { model_info: { "gemma3.context_length": 8192 } }, 8192],
    ["unknown", { model_info: { "x.context_length": "big" } }, undefined],
  ])("context: %s", (_name, show, contextWindow) => {
    expect(flagsFromShow(show).contextWindow).toBe(contextWindow);
  });

  test("no more context than fits into memory", () => {
    const size = { "x.context_length": 65_536, "general.parameter_count": 8e9, "x.block_count": 32 };
    const heads = {
      "x.attention.head_count": 32,
      "x.attention.head_count_kv": 32,
      "x.embedding_length": 4096,
    };
    const show = { model_info: { ...size, ...heads }, details: { quantization_level: "Q4_0" } };
    const memory = 12 * 2 ** 30;
    expect(flagsFromShow(show, memory).contextWindow).toBe(8192);
    expect(flagsFromShow({ ...show, parameters: "num_ctx 20000" }, memory).contextWindow).toBe(20_000);
  });

  test("a model of another host has all of its context, and is told apart", () => {
    const show = { remote_host: "https://ollama.com:443", remote_model: "m", model_info: info };
    expect(flagsFromShow(show, 2 ** 30)).toEqual({ remote: true, contextWindow: 131_072 });
    expect(flagsFromShow({ remote_host: "", model_info: info })).not.toHaveProperty("remote");
  });

  test.each([undefined, null, [], "x", 5])("%j says nothing", (json) => {
    expect(flagsFromShow(json)).toEqual({});
  });
});

test.each([
  ["m", 4096],
  ["m:latest", 4096],
  ["other", null],
])("context that %s is loaded with", (model, context) => {
  expect(loadedContext({ models: [{ name: "m:latest", context_length: 4096 }] }, model)).toBe(context);
});

describe("model lists", () => {
  test.each([
    [
      "openai",
      { data: [{ id: "a", created: 0 }, { id: "b" }, {}, null] },
      [
        ["a", "1970-01-01T00:00:00.000Z"],
        ["b", null],
      ],
    ],
    [
      "ollama",
      { models: [{ name: "a:latest", modified_at: "2026-11-24T23:49:31.597994831Z" }] },
      [["a:latest", "2026-11-24T23:49:31.597Z"]],
    ],
  ] as const)("%s", (dialect, json, expected) => {
    expect(readModelList(dialect, json)).toEqual(expected.map(([id, created]) => ({ id, created })));
  });

  test.each([undefined, {}, { data: {} }, []])("%j is none", (json) => {
    expect(readModelList("openai", json)).toBeNull();
  });
});

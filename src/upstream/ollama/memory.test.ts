import { expect, test } from "vitest";
import { contextInMemory } from "./memory.ts";

const GIB = 2 ** 30;

/** 28 layers × 8 heads × 256 numbers × 2 bytes: 112 KiB for a token. */
const qwen = {
  details: { quantization_level: "Q4_K_M" },
  model_info: {
    "general.parameter_count": 1_720_574_976,
    "qwen3.attention.head_count": 16,
    "qwen3.attention.head_count_kv": 8,
    "qwen3.attention.key_length": 128,
    "qwen3.attention.value_length": 128,
    "qwen3.block_count": 28,
    "qwen3.embedding_length": 2048,
  },
};

test.each([
  // 6 GiB are for the model; 1.0 GiB of them are its weights.
  ["a laptop", qwen, 8 * GIB, 46_080],
  ["a workstation", qwen, 64 * GIB, 439_296],
  ["a machine that is too small still asks for what Ollama would give", qwen, GIB, 4_096],
  [
    "key length from the width",
    {
      ...qwen,
      model_info: without(qwen.model_info, "qwen3.attention.key_length", "qwen3.attention.value_length"),
    },
    8 * GIB,
    46_080,
  ],
  [
    "a number of heads for each layer",
    {
      ...qwen,
      model_info: {
        ...qwen.model_info,
        "qwen3.attention.head_count_kv": [...Array<number>(14).fill(0), ...Array<number>(14).fill(8)],
      },
    },
    8 * GIB,
    93_184,
  ],
  ["unquantised weights are larger", { ...qwen, details: { quantization_level: "F16" } }, 8 * GIB, 25_600],
  [
    "no word of the layers",
    { model_info: without(qwen.model_info, "qwen3.block_count") },
    8 * GIB,
    undefined,
  ],
  [
    "no word of the size",
    { model_info: without(qwen.model_info, "general.parameter_count") },
    8 * GIB,
    undefined,
  ],
  ["nothing", null, 8 * GIB, undefined],
])("context in memory: %s", (_name, show, memory, context) => {
  expect(contextInMemory(show, memory)).toBe(context);
});

function without(info: Record<string, unknown>, ...keys: string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(info).filter(([key]) => !keys.includes(key)));
}

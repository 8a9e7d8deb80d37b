import { expect, test } from "vitest";
import { lengthRefusalOf } from "./output-limit.ts";

test.each([
  [
    "OpenAI",
    "max_tokens is too large: 128000. This model supports at most 16384 completion tokens, whereas you provided 128000.",
    { maxOutput: 16_384 },
  ],
  ["Groq", "`max_tokens` must be less than or equal to `8192`, the maximum value", { maxOutput: 8192 }],
  ["DeepSeek", "Invalid max_tokens value, the valid range of max_tokens is [1, 8192]", { maxOutput: 8192 }],
  ["Anthropic", "max_tokens: 128000 > 64000, which is the maximum allowed", { maxOutput: 64_000 }],
  [
    "Google",
    "Unable to submit request because it has a maxOutputTokens value of 128000 but the supported range is from 1 (inclusive) to 65537 (exclusive).",
    { maxOutput: 65_536 },
  ],
  [
    "vLLM",
    "'max_tokens' or 'max_completion_tokens' is too large: 128000. This model's maximum context length is 4096 tokens and your request has 20 input tokens (128000 > 4096 - 20).",
    { window: 4096, prompt: 20 },
  ],
  [
    "vLLM, uncounted",
    "max_tokens=128000 cannot be greater than max_model_len=max_total_tokens=4096. Please request fewer output tokens.",
    { window: 4096 },
  ],
  [
    "OpenAI, older",
    "This model's maximum context length is 4096 tokens. However, you requested 128070 tokens (20 in the messages, 50 in the functions, 128000 in the completion). Please reduce the length of the messages or completion.",
    { window: 4096, prompt: 70 },
  ],
  [
    "OpenRouter",
    "This endpoint's maximum context length is 131072 tokens. However, you requested about 160000 tokens (27000 of text input, 1000 of tool input, 132000 in the output). Please reduce the length of either one.",
    { window: 131_072, prompt: 28_000 },
  ],
  [
    "Together",
    "`inputs` tokens + `max_new_tokens` must be <= 8193. Given: 25 `inputs` tokens and 128000 `max_new_tokens`",
    { window: 8193, prompt: 25 },
  ],
  [
    "the prompt alone is too long",
    "This model's maximum context length is 4096 tokens. However, you requested 5120 tokens (5000 in the messages, 120 in the completion).",
    undefined,
  ],
  [
    "hardly any room",
    "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens (4000 in the messages, 1000 in the completion).",
    undefined,
  ],
  ["another name for the field", "Use 'max_completion_tokens' instead.", undefined],
])("%s", (_title, message, refusal) => {
  expect(lengthRefusalOf(message)).toEqual(refusal);
});

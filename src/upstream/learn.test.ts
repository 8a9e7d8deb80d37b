import { expect, test } from "vitest";
import { parseUpstreamError } from "./errors.ts";
import { defaultFlags } from "./flags.ts";
import { learnFromRefusal } from "./learn.ts";
import { flagsFromModelList } from "./probe.ts";

test.each([
  ["vLLM", { data: [{ id: "m", max_model_len: 4096 }] }, { contextWindow: 4096 }],
  [
    "llama-server",
    { data: [{ id: "m", meta: { n_ctx: 8192, n_ctx_train: 131_072 } }] },
    { contextWindow: 8192 },
  ],
  ["OpenRouter", { data: [{ id: "m", context_length: 128_000 }] }, { contextWindow: 128_000 }],
  ["another model's", { data: [{ id: "n", max_model_len: 4096 }] }, {}],
  ["nothing told", { data: [{ id: "m" }] }, {}],
])("the context window from a model list: %s", (_title, json, flags) => {
  expect(flagsFromModelList(json, "m")).toEqual(flags);
});

test.each([
  ["thinking", '"m" does not support thinking', { thinking: "none" }],
  ["a level", 'invalid think value: "xhigh"', { thinking: "bool" }],
  ["stream_options", "Unrecognized request argument supplied: stream_options", { usageInStream: false }],
  ["max_tokens", "Use 'max_completion_tokens' instead.", { maxTokensField: "max_completion_tokens" }],
] as const)("a refusal of %s", (_title, message, learned) => {
  const flags = { ...defaultFlags("openai"), thinking: "levels" as const };
  const failure = parseUpstreamError(400, {}, JSON.stringify({ error: message }));
  expect(learnFromRefusal(failure, flags)).toEqual({ ...flags, ...learned });
  expect(learnFromRefusal(failure, { ...flags, ...learned })).toBeNull();
});

test.each(["m does not support tools", "image input is not supported", "boom"])(
  "nothing to learn: %s",
  (message) => {
    const failure = parseUpstreamError(400, {}, JSON.stringify({ error: message }));
    expect(learnFromRefusal(failure, defaultFlags("openai"))).toBeNull();
  },
);

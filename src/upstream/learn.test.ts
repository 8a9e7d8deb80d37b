import { expect, test } from "vitest";
import { parseUpstreamError } from "./errors.ts";
import { defaultFlags } from "./flags.ts";
import { learnFromRefusal } from "./learn.ts";

test.each([
  ["thinking", '"m" does not support thinking', { thinking: "none" }],
  ["a level", 'invalid think value: "xhigh"', { thinking: "bool" }],
  ["stream_options", "Unrecognized request argument supplied: stream_options", { usageInStream: false }],
  ["WebP (llama-server)", "Failed to load image or audio file", { webp: false }],
  ["WebP (vLLM)", "cannot identify image file <_io.BytesIO object>", { webp: false }],
  [
    "a long answer",
    "max_tokens is too large: 128000. This model supports at most 16384 completion tokens",
    { maxOutput: 16_384 },
  ],
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

import { readdirSync, readFileSync } from "node:fs";
import { Anthropic } from "@anthropic-ai/sdk";
import { describe, expect, test } from "vitest";
import { accumulate } from "../messages/accumulate.ts";
import type { MessageEvent } from "../messages/types.ts";
import { parseJson, stringifyJson } from "../wire/json.ts";
import { SseDecoder } from "../wire/sse.ts";
import { type AccumulatedStream, accumulateStream } from "./accumulate-stream.ts";

const GOOD = new URL("../../fixtures/strict/good/", import.meta.url);
const names = readdirSync(GOOD).sort();
const read = (name: string): Uint8Array => readFileSync(new URL(`${name}.sse`, GOOD));

test("thinking, text and calls", () => {
  expect(accumulateStream(read("thinking-text-and-two-calls"))).toEqual({
    id: "msg_01",
    model: "scripted",
    content: [
      { type: "thinking", thinking: "Let me see.", signature: "sig1" },
      { type: "text", text: "Hello, world" },
      { type: "tool_use", id: "toolu_01", name: "Bash", input: { command: "ls" } },
      { type: "tool_use", id: "toolu_02", name: "Read", input: { command: "ls" } },
    ],
    stop_reason: "tool_use",
    stop_sequence: null,
    usage: {
      input_tokens: 25,
      output_tokens: 7,
      cache_creation_input_tokens: null,
      cache_read_input_tokens: null,
    },
  });
});

test.each<[name: string, part: object]>([
  ["no-blocks", { content: [], stop_reason: "end_turn" }],
  ["call-cut-by-max-tokens", { content: [{ input: {} }], stop_reason: "max_tokens" }],
  ["call-with-empty-deltas", { content: [{ input: {} }] }],
  ["stop-sequence", { stop_reason: "stop_sequence", stop_sequence: "</x>" }],
  ["unknown-counts-are-null", { usage: { input_tokens: 25, output_tokens: 7 } }],
  ["several-message-deltas", { usage: { output_tokens: 7 } }],
  ["error-in-text", { content: [{ text: "hi" }], stop_reason: null, error: { type: "api_error" } }],
  ["web-search", { content: [{ input: { query: "x" } }, { content: [] }, { type: "text" }] }],
])("%s", (name, part) => {
  expect(accumulateStream(read(name))).toMatchObject(part);
});

test("numbers in inputs are not rounded", () => {
  const { content } = accumulateStream(read("call-with-odd-numbers"));
  expect(stringifyJson(content[0]?.["input"])).toBe(
    '{"a":9007199254740993,"b":1e400,"c":-0,"__proto__":{"d":1}}',
  );
});

test("of a broken stream it says what there is", () => {
  expect(accumulateStream(new TextEncoder().encode("<html>"))).toMatchObject({ id: undefined, content: [] });
});

/** Legal streams that only the raw rules are about: an event or block that no accumulator knows. */
const FOREIGN = new Set(["unknown-block.sse", "citations.sse", "unknown-events.sse"]);

/**
 * Where the SDK differs, and may: it rounds numbers, and gives what it can read of a cut input.
 */
const SDK_DIFFERS = new Set([
  "call-with-odd-numbers.sse",
  "call-cut-by-max-tokens.sse",
  "call-cut-by-window.sse",
]);

describe("three accumulators agree (SC17)", () => {
  const complete = names.filter((name) => !name.startsWith("error-") && !FOREIGN.has(name));

  test.each(complete)("with the product's own: %s", (name) => {
    const bytes = readFileSync(new URL(name, GOOD));
    const decoder = new SseDecoder();
    const frames = [...decoder.push(bytes), ...decoder.end()];
    const own = accumulate(frames.map(({ data }) => parseJson(data) as MessageEvent));
    expect(comparable(accumulateStream(bytes))).toBe(comparable(own));
  });

  test.each(complete.filter((name) => !SDK_DIFFERS.has(name)))("with the SDK's: %s", async (name) => {
    const bytes = readFileSync(new URL(name, GOOD));
    expect(JSON.parse(comparable(accumulateStream(bytes)))).toEqual(
      JSON.parse(comparable(await accumulateBySdk(bytes))),
    );
  });
});

async function accumulateBySdk(bytes: Uint8Array): Promise<Anthropic.Message> {
  const client = new Anthropic({
    apiKey: "none",
    baseURL: "http://127.0.0.1:1",
    maxRetries: 0,
    fetch: () =>
      Promise.resolve(
        new Response(Uint8Array.from(bytes), { headers: { "content-type": "text/event-stream" } }),
      ),
  });
  return client.messages
    .stream({ model: "m", max_tokens: 1, messages: [{ role: "user", content: "hi" }] })
    .finalMessage();
}

function comparable(message: Omit<Record<keyof AccumulatedStream, unknown>, "error">): string {
  const { id, model, content, stop_reason, stop_sequence, usage } = message;
  return stringifyJson({ id, model, content, stop_reason, stop_sequence, usage });
}

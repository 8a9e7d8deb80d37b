import { expect, test } from "vitest";
import { stringifyJson } from "../wire/json.ts";
import { accumulate } from "./accumulate.ts";
import { ApiError } from "./api-error.ts";
import type { Answer, AnswerBlock, BlockDelta, MessageEvent, StopReason } from "./types.ts";

const START: Answer = {
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: "m",
  content: [],
  stop_reason: null,
  stop_sequence: null,
  stop_details: null,
  container: null,
  diagnostics: null,
  context_management: null,
  usage: {
    input_tokens: 9,
    output_tokens: 1,
    cache_creation_input_tokens: null,
    cache_read_input_tokens: null,
    cache_creation: null,
    output_tokens_details: null,
    server_tool_use: null,
    service_tier: null,
    inference_geo: null,
  },
};

const start: MessageEvent = { type: "message_start", message: START };
const stop: MessageEvent = { type: "message_stop" };
const tool = (id: string): AnswerBlock => ({
  type: "tool_use",
  id,
  name: "Bash",
  input: {},
  caller: { type: "direct" },
});

function end(reason: StopReason): MessageEvent[] {
  const delta = { stop_reason: reason, stop_sequence: null, stop_details: null, container: null };
  return [{ type: "message_delta", delta, context_management: null, usage: { output_tokens: 7 } }, stop];
}

function block(index: number, content_block: AnswerBlock, ...deltas: BlockDelta[]): MessageEvent[] {
  return [
    { type: "content_block_start", index, content_block },
    ...deltas.map((delta): MessageEvent => ({ type: "content_block_delta", index, delta })),
    { type: "content_block_stop", index },
  ];
}

const json = (...parts: string[]): BlockDelta[] =>
  parts.map((partial_json) => ({ type: "input_json_delta", partial_json }));

test("thinking, text and tools in order, with the last usage", () => {
  const answer = accumulate([
    start,
    { type: "ping" },
    ...block(
      0,
      { type: "thinking", thinking: "", signature: "" },
      { type: "thinking_delta", thinking: "h" },
      { type: "thinking_delta", thinking: "m" },
      { type: "signature_delta", signature: "s" },
    ),
    ...block(
      1,
      { type: "text", text: "", citations: null },
      { type: "text_delta", text: "a" },
      { type: "text_delta", text: "b" },
    ),
    ...block(2, tool("t1"), ...json('{"a"', ":1}")),
    ...block(3, tool("t2")),
    ...end("tool_use"),
  ]);
  expect(answer).toEqual({
    ...START,
    content: [
      { type: "thinking", thinking: "hm", signature: "s" },
      { type: "text", text: "ab", citations: null },
      { ...tool("t1"), input: { a: 1 } },
      tool("t2"),
    ],
    stop_reason: "tool_use",
    usage: { ...START.usage, output_tokens: 7 },
  });
});

test("the events are left as they were", () => {
  accumulate([
    start,
    ...block(0, { type: "text", text: "", citations: null }, { type: "text_delta", text: "a" }),
    ...end("end_turn"),
  ]);
  expect(START.content).toEqual([]);
  expect(START.usage.output_tokens).toBe(1);
});

test("numbers in arguments are not rounded", () => {
  const answer = accumulate([
    start,
    ...block(0, tool("t"), ...json('{"n":9007199254740993,"m":1e400}')),
    ...end("tool_use"),
  ]);
  expect(stringifyJson(answer.content[0])).toContain('"input":{"n":9007199254740993,"m":1e400}');
});

test("usage figures that the end does not know keep those of the start", () => {
  const answer = accumulate([
    start,
    {
      type: "message_delta",
      delta: { stop_reason: "end_turn", stop_sequence: null, stop_details: null, container: null },
      context_management: null,
      usage: { input_tokens: 12, output_tokens: 7, cache_read_input_tokens: null },
    },
    stop,
  ]);
  expect(answer.usage).toEqual({ ...START.usage, input_tokens: 12, output_tokens: 7 });
});

test.each<StopReason>(["max_tokens", "model_context_window_exceeded"])(
  "a fragment cut by %s is {}",
  (reason) => {
    const answer = accumulate([start, ...block(0, tool("t"), ...json('{"path":"/a","con')), ...end(reason)]);
    expect(answer.content).toEqual([tool("t")]);
  },
);

test.each<[name: string, events: MessageEvent[], message: RegExp]>([
  [
    "a fragment without a cut",
    [start, ...block(0, tool("t"), ...json('{"a"')), ...end("tool_use")],
    /tool Bash are not valid JSON/,
  ],
  [
    "arguments that are a string",
    [start, ...block(0, tool("t"), ...json('"{}"')), ...end("tool_use")],
    /tool Bash are not a JSON object/,
  ],
  ["no end", [start, ...block(0, tool("t"))], /before it was complete/],
  ["nothing", [], /before it was complete/],
])("%s is an api_error", (_name, events, message) => {
  const run = (): Answer => accumulate(events);
  expect(run).toThrow(message);
  expect(run).toThrow(expect.objectContaining({ type: "api_error", status: 500 }));
});

test("an error event is thrown as it came", () => {
  const error: MessageEvent = {
    type: "error",
    error: { type: "overloaded_error", message: "busy" },
    request_id: "r",
  };
  const run = (): Answer => accumulate([start, error]);
  expect(run).toThrow(ApiError);
  expect(run).toThrow(expect.objectContaining({ type: "overloaded_error", message: "busy", status: 529 }));
});

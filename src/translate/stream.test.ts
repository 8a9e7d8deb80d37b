import { describe, expect, test } from "vitest";
import type { UpstreamDelta } from "../upstream/delta.ts";
import type { AnswerContext } from "./context.ts";
import {
  answerContext,
  bash,
  call,
  countingIds,
  done,
  end,
  finish,
  reasoning,
  tell,
  testRows,
  text,
} from "./answers.test.support.ts";
import { createStreamTranslator } from "./stream.ts";

describe("blocks", () => {
  testRows([
    ["text", [text("a"), text(""), text("b"), ...end("stop")], ["text ab", "stop end_turn"]],
    ["nothing at all", end("stop"), ["stop end_turn"]],
    ["only blanks are text", [text(" \n"), ...end("stop")], ["text  \n", "stop end_turn"]],
    [
      "thinking, then text",
      [reasoning("r"), text("t"), ...end("stop")],
      ["thinking r signed", "text t", "stop end_turn"],
    ],
    [
      "reasoning after text is a new block",
      [reasoning("r"), text("t"), reasoning("q"), bash("{}"), ...end("stop")],
      ["thinking r signed", "text t", "thinking q signed", "call a Bash {}", "stop tool_use"],
    ],
    ["thinking only", [reasoning("r"), ...end("stop")], ["thinking r signed", "stop end_turn"]],
    [
      "omitted thinking",
      [reasoning("r"), text("t"), ...end("stop")],
      ["thinking  signed", "text t", "stop end_turn"],
      { reasoning: "omitted" },
    ],
    [
      "hidden thinking",
      [reasoning("r"), text("t"), ...end("stop")],
      ["text t", "stop end_turn"],
      { reasoning: "hidden" },
    ],
    [
      "hidden tags",
      [text("<think>r</think>t"), ...end("stop")],
      ["text t", "stop end_turn"],
      { reasoning: "hidden" },
    ],
    [
      "tags split",
      [text("<thi"), text("nk>\na"), text("</th"), text("ink>\n\nb"), ...end("stop")],
      ["thinking a signed", "text b", "stop end_turn"],
    ],
    [
      "tags after reasoning are text",
      [reasoning("r"), text("<think>x"), ...end("stop")],
      ["thinking r signed", "text <think>x", "stop end_turn"],
    ],
    [
      "a surrogate pair over two deltas",
      [text("a\ud83d"), text("\ude00"), ...end("stop")],
      ["text a😀", "stop end_turn"],
    ],
    ["a lone surrogate", [text("a\ud83d"), text("b"), ...end("stop")], ["text a\ufffdb", "stop end_turn"]],
    ["a lone surrogate at the end", [text("a\ud83d"), ...end("stop")], ["text a\ufffd", "stop end_turn"]],
  ]);
});

describe("endings", () => {
  testRows([
    ["length", [text("a"), ...end("length")], ["text a", "stop max_tokens"]],
    ["finish, then the body ends", [text("a"), finish("stop")], ["text a", "stop end_turn"]],
    ["done without a finish, with content", [text("a"), done], ["text a", "stop end_turn"]],
    ["done with neither", [done], [/^error api_error: .*neither content nor a finish reason/]],
    ["the body just ends", [text("a")], ["open text a", /^error api_error: .*without finishing/]],
    ["nothing comes", [], [/^error api_error: .*without finishing/]],
    ["unknown finish", [text("a"), ...end("weird")], ["text a", "stop end_turn"]],
    ["tool_calls without a call", [text("a"), ...end("tool_calls")], ["text a", "stop end_turn"]],
    ["stop with a call", [bash("{}"), ...end("stop")], ["call a Bash {}", "stop tool_use"]],
    ["length wins over a whole call", [bash("{}"), ...end("length")], ["call a Bash {}", "stop max_tokens"]],
    ["content_filter", [text("a"), ...end("content_filter")], ["text a", "stop refusal"]],
    ["a refusal", [{ kind: "refusal", text: "No." }, ...end("stop")], ["text No.", "stop refusal"]],
    ["finish reason error", [text("a"), ...end("error")], ["open text a", /^error api_error: .*"error"/]],
    [
      "an error within",
      [text("a"), { kind: "error", message: "boom" }, ...end("stop")],
      ["open text a", /^error api_error: .*boom/],
    ],
    ["garbage", [{ kind: "garbage", excerpt: "<html>" }], [/^error api_error: .*<html>/]],
    [
      "an overflow told late",
      [
        {
          kind: "error",
          message: "request (612 tokens) exceeds the available context size (512 tokens), try increasing it",
        },
      ],
      [/^error invalid_request_error: prompt is too long: 612 tokens > 512 maximum/],
    ],
  ]);

  test("the context is full", () => {
    const usage: UpstreamDelta = { kind: "usage", usage: { promptTokens: 90, completionTokens: 10 } };
    const context = { contextWindow: 100 };
    expect(tell([text("a"), usage, ...end("length")], context).lines.at(-1)).toBe(
      "stop model_context_window_exceeded",
    );
    expect(tell([text("a"), usage, ...end("length")], { ...context, maxTokens: 10 }).lines.at(-1)).toBe(
      "stop max_tokens",
    );
  });

  test("a refusal is explained", () => {
    const { events } = tell([{ kind: "refusal", text: "No." }, ...end("stop")]);
    expect(events.find((event) => event.type === "message_delta")?.delta.stop_details).toEqual({
      type: "refusal",
      category: null,
      explanation: "No.",
    });
  });
});

const usageOf = (usage: object, overrides?: Partial<AnswerContext>): unknown =>
  tell([text("abcd"), { kind: "usage", usage }, ...end("stop")], overrides).events.find(
    (event) => event.type === "message_delta",
  )?.usage;

const usageDelta = (n: number): UpstreamDelta => ({
  kind: "usage",
  usage: { promptTokens: 5, completionTokens: n },
});

describe("usage", () => {
  test.each([
    [
      "as reported",
      { promptTokens: 10, completionTokens: 3 },
      { input_tokens: 10, output_tokens: 3, cache_read_input_tokens: null },
    ],
    [
      "cached",
      { promptTokens: 1000, cachedTokens: 800, completionTokens: 3 },
      { input_tokens: 200, cache_read_input_tokens: 800 },
    ],
    [
      "all cached",
      { promptTokens: 10, cachedTokens: 12, completionTokens: 3 },
      { input_tokens: 1, cache_read_input_tokens: 9 },
    ],
    [
      "reasoning",
      { promptTokens: 1, completionTokens: 5, reasoningTokens: 3 },
      { output_tokens: 5, output_tokens_details: { thinking_tokens: 3 } },
    ],
    ["none", {}, { input_tokens: 7, output_tokens: 1 }],
    ["zeros", { promptTokens: 0, completionTokens: 0 }, { input_tokens: 7, output_tokens: 1 }],
  ])("%s", (_title, usage, expected) => {
    expect(usageOf(usage)).toMatchObject(expected);
  });

  test("the last figures count", () => {
    const { events } = tell([usageDelta(1), text("a"), usageDelta(2), finish("stop"), usageDelta(3), done]);
    expect(events.find((event) => event.type === "message_delta")?.usage.output_tokens).toBe(3);
  });

  test("message_start has the estimate", () => {
    const [start] = tell(end("stop")).events;
    expect(start).toMatchObject({
      message: {
        id: "msg_1",
        model: "m",
        content: [],
        stop_reason: null,
        usage: { input_tokens: 7, output_tokens: 0 },
      },
    });
  });
});

describe("notes", () => {
  test.each<[string, UpstreamDelta[], string[], Partial<AnswerContext>?]>([
    [
      "nothing to note",
      [text("a"), { kind: "usage", usage: { promptTokens: 1, completionTokens: 1 } }, ...end("stop")],
      [],
    ],
    ["no finish, no usage", [text("a"), done], ["finish-missing", "usage-estimated"]],
    [
      "dropped call",
      [call({ name: "Bash" }), ...end("tool_calls")],
      ["call-dropped", "finish-without-call", "usage-estimated"],
      { toolChoice: "none" },
    ],
  ])("%s", (_title, deltas, notes, context) => {
    expect(tell(deltas, context).translator.notes).toEqual(notes);
  });
});

test("start() gives message_start once", () => {
  const translator = createStreamTranslator(answerContext(), countingIds());
  expect(translator.start().map((event) => event.type)).toEqual(["message_start"]);
  expect(translator.start()).toEqual([]);
  expect(translator.push([text("a")]).map((event) => event.type)).toEqual([
    "content_block_start",
    "content_block_delta",
  ]);
});

test("a failure before anything was sent can still be a status", () => {
  const { translator, events } = tell([{ kind: "error", message: "server busy", status: 503 }]);
  expect(events.map((event) => event.type)).toEqual(["error"]);
  expect(translator.failure?.status).toBe(529);
});

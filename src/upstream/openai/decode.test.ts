import { describe, expect, test } from "vitest";
import { splitBytes } from "../../wire/chunks.ts";
import type { UpstreamDelta } from "../delta.ts";
import { createOpenAiDecoder } from "./decode.ts";
import { decodeOpenAiJson } from "./decode-json.ts";

function decode(text: string, split: "whole" | "byte" = "whole"): UpstreamDelta[] {
  const decoder = createOpenAiDecoder();
  const deltas = splitBytes(new TextEncoder().encode(text), split).flatMap((chunk) => decoder.push(chunk));
  return [...deltas, ...decoder.end()];
}

const delta = (fields: object, rest: object = {}): string =>
  JSON.stringify({ choices: [{ index: 0, delta: fields, finish_reason: null }], ...rest });
const a: UpstreamDelta = { kind: "text", text: "a" };
const done: UpstreamDelta = { kind: "done" };
const A = delta({ content: "a" });

describe("framing", () => {
  test.each<[string, string, UpstreamDelta[]]>([
    ["plain", `data: ${A}\n\ndata: [DONE]\n\n`, [a, done]],
    ["CRLF", `data: ${A}\r\n\r\ndata: [DONE]\r\n\r\n`, [a, done]],
    ["CR", `data: ${A}\r\rdata: [DONE]\r\r`, [a, done]],
    [
      "no space, comments, other fields, BOM",
      `\ufeff: hi\n\nid: 1\nretry: 5\nevent: x\ndata:${A}\n\n\n\n:\n\ndata:[DONE]\n\n`,
      [a, done],
    ],
    ["no blank lines", `data: ${A}\ndata: ${A}\ndata: [DONE]\n`, [a, a, done]],
    ["several data lines", `data: {"choices":[{"delta":\ndata: {"content":"a"}}]}\n\n`, [a]],
    ["no newline at the end", `data: ${A}\n\ndata: [DONE]`, [a, done]],
    [
      "an error event",
      `event: error\ndata: {"code":500,"message":"m","type":"server_error"}\n\n`,
      [{ kind: "error", message: "m", status: 500, type: "server_error" }],
    ],
    ["an error event that is text", "event: error\ndata: boom\n\n", [{ kind: "error", message: "boom" }]],
    [
      "an error as data",
      `data: ${A}\n\ndata: {"error":{"message":"m"}}\n\n`,
      [a, { kind: "error", message: "m" }],
    ],
    ["an error as a string", 'data: {"error":"m"}\n\n', [{ kind: "error", message: "m" }]],
    [
      "an error as a bare line",
      `data: ${A}\n\n{"error":{"message":"m"}}\n`,
      [a, { kind: "error", message: "m" }],
    ],
    [
      "a whole answer instead",
      JSON.stringify({ choices: [{ message: { content: "a" }, finish_reason: "stop" }] }, null, 1),
      [a, { kind: "finish", reason: "stop" }, done],
    ],
    ["HTML", "<html>\n<body>", [{ kind: "garbage", excerpt: "<html> <body>" }]],
    ["broken data", "data: {oops\n\n", [{ kind: "garbage", excerpt: "{oops" }]],
    ["nothing", "", []],
  ])("%s", (_title, text, deltas) => {
    expect(decode(text)).toEqual(deltas);
    expect(decode(text, "byte")).toEqual(deltas);
  });
});

const one = (chunk: string): UpstreamDelta[] => decode(`data: ${chunk}\n\n`);

describe("chunks", () => {
  test.each<[string, string, UpstreamDelta[]]>([
    ["role only", delta({ role: "assistant", content: "" }), []],
    ["null", delta({ content: null }), []],
    ["no choices", '{"choices":[]}', []],
    [
      "Ollama's empty chunk before a cut",
      '{"model":"","choices":[{"index":0,"delta":{"content":""},"finish_reason":null}]}',
      [],
    ],
    ["an empty finish reason", '{"choices":[{"delta":{"content":"a"},"finish_reason":""}]}', [a]],
    [
      "another choice",
      '{"choices":[{"index":1,"delta":{"content":"b"}},{"index":0,"delta":{"content":"a"}}]}',
      [a],
    ],
    [
      "parts",
      delta({
        content: [
          { type: "thinking", thinking: [{ type: "text", text: "r" }] },
          { type: "text", text: "a" },
        ],
      }),
      [{ kind: "reasoning", text: "r" }, a],
    ],
    ["a refusal", delta({ refusal: "No" }), [{ kind: "refusal", text: "No" }]],
    [
      "reasoning_content",
      delta({ reasoning_content: "r", content: null }),
      [{ kind: "reasoning", text: "r" }],
    ],
    [
      "reasoning twice",
      delta({
        reasoning: "r",
        reasoning_content: "r",
        reasoning_details: [{ type: "reasoning.text", text: "r" }],
      }),
      [{ kind: "reasoning", text: "r" }],
    ],
    [
      "reasoning_details",
      delta({ reasoning_details: [{ text: "r" }, { summary: "s" }] }),
      [{ kind: "reasoning", text: "rs" }],
    ],
    [
      "an empty name is no name",
      delta({ tool_calls: [{ index: 0, id: "", function: { name: "", arguments: "{" } }] }),
      [{ kind: "call", index: 0, arguments: "{" }],
    ],
    [
      "arguments as an object",
      delta({ tool_calls: [{ index: 0, function: { name: "f", arguments: {} } }] }).replace(
        "{}",
        '{ "b":1, "a":9007199254740993 }',
      ),
      [{ kind: "call", index: 0, name: "f", arguments: '{ "b":1, "a":9007199254740993 }' }],
    ],
    [
      "function_call",
      delta({ function_call: { name: "f", arguments: "{}" } }),
      [{ kind: "call", name: "f", arguments: "{}" }],
    ],
    ["usage: null", delta({}, { usage: null }), []],
    [
      "usage",
      '{"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":2}}}',
      [
        {
          kind: "usage",
          usage: { promptTokens: 10, completionTokens: 3, cachedTokens: 4, reasoningTokens: 2 },
        },
      ],
    ],
    [
      "usage: DeepSeek",
      '{"choices":[],"usage":{"prompt_tokens":10,"prompt_cache_hit_tokens":4,"prompt_cache_miss_tokens":6}}',
      [{ kind: "usage", usage: { promptTokens: 10, cachedTokens: 4 } }],
    ],
    [
      "usage: OpenRouter's charge",
      '{"choices":[],"usage":{"prompt_tokens":10,"cost":0.00042}}',
      [{ kind: "usage", usage: { promptTokens: 10, cost: 0.00042 } }],
    ],
    ["usage: a charge that is none", '{"choices":[],"usage":{"cost":"free"}}', []],
    ["usage: {}", '{"choices":[],"usage":{}}', []],
    [
      "everything at once",
      JSON.stringify({
        choices: [
          {
            delta: {
              role: "assistant",
              reasoning: "r",
              content: "a",
              tool_calls: [
                { id: "x", function: { name: "f", arguments: "{}" } },
                { id: "y", function: { name: "g", arguments: "{}" } },
              ],
            },
            finish_reason: "tool_calls",
          },
        ],
        usage: { prompt_tokens: 1 },
      }),
      [
        { kind: "reasoning", text: "r" },
        a,
        { kind: "call", id: "x", name: "f", arguments: "{}" },
        { kind: "call", id: "y", name: "g", arguments: "{}" },
        { kind: "usage", usage: { promptTokens: 1 } },
        { kind: "finish", reason: "tool_calls" },
      ],
    ],
  ])("%s", (_title, chunk, deltas) => {
    expect(one(chunk)).toEqual(deltas);
  });
});

describe("a body that is not streamed", () => {
  test.each<[string, string, UpstreamDelta[]]>([
    [
      "a call",
      '{"choices":[{"message":{"content":null,"tool_calls":[{"id":"x","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"tool_calls"}]}',
      [
        { kind: "call", whole: true, id: "x", name: "f", arguments: "{}" },
        { kind: "finish", reason: "tool_calls" },
        done,
      ],
    ],
    ["an error", '{"error":{"message":"m"}}', [{ kind: "error", message: "m" }]],
    ["no choices", '{"id":1}', [{ kind: "garbage", excerpt: '{"id":1}' }]],
    ["no JSON", "oops", [{ kind: "garbage", excerpt: "oops" }]],
  ])("%s", (_title, body, deltas) => {
    expect(decodeOpenAiJson(body)).toEqual(deltas);
  });
});

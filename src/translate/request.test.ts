import { describe, expect, test } from "vitest";
import type { MessagesRequest } from "../messages/types.ts";
import { parseJson } from "../wire/json.ts";
import { ask, BASH, bodyOf, textBlock, toolResult, toolUse, type Asked } from "./requests.test.support.ts";

type Row = [title: string, fields: Partial<MessagesRequest>, upstream: object, asked?: Asked];

const schema = {
  type: "object",
  properties: { a: { type: "string" } },
  required: ["a"],
  additionalProperties: false,
};
const window = (contextWindow: number): Asked => ({ flags: { contextWindow } });

describe("to Ollama", () => {
  test.each<Row>([
    [
      "always explicit",
      {},
      {
        model: "up",
        stream: true,
        think: false,
        truncate: false,
        shift: false,
        options: { num_predict: 100 },
      },
    ],
    [
      "sampling",
      { temperature: 0, top_p: 0.1, top_k: 40 },
      { options: { temperature: 0, top_p: 0.1, top_k: 40 } },
    ],
    [
      "context",
      { max_tokens: 128_000 },
      { options: { num_ctx: 8192, num_predict: expect.toSatisfy((n: number) => n < 8192 && n > 8000) } },
      window(8192),
    ],
    [
      "output limit",
      { max_tokens: 128_000 },
      { options: { num_predict: 50 } },
      { options: { maxOutputTokens: 50 } },
    ],
    [
      "the model's output limit",
      { max_tokens: 128_000 },
      { options: { num_predict: 60 } },
      { flags: { maxOutput: 60 } },
    ],
    [
      "a prompt that fills the context leaves the answer a share",
      { max_tokens: 4000, system: "word ".repeat(5000) },
      { options: { num_ctx: 1024, num_predict: 128 } },
      window(1024),
    ],
    ["keep_alive", {}, { keep_alive: "30m" }, { flags: { keepAlive: "30m" } }],
    ["format", { output_config: { format: { type: "json_schema", schema } } }, { format: schema }],
    ["the older name of format", { output_format: { type: "json_schema", schema } }, { format: schema }],
    ["adaptive", { thinking: { type: "adaptive" } }, { think: true }],
    [
      "effort without levels",
      { thinking: { type: "adaptive" }, output_config: { effort: "low" } },
      { think: true },
    ],
    [
      "levels",
      { thinking: { type: "adaptive" }, output_config: { effort: "low" } },
      { think: "low" },
      { flags: { thinking: "levels" } },
    ],
    [
      "xhigh",
      { thinking: { type: "adaptive" }, output_config: { effort: "xhigh" } },
      { think: "high" },
      { flags: { thinking: "levels" } },
    ],
    [
      "effort never turns thinking on",
      { thinking: { type: "disabled" }, output_config: { effort: "max" } },
      { think: false },
      { flags: { thinking: "levels" } },
    ],
    [
      "adaptive on a model that cannot",
      { thinking: { type: "adaptive" } },
      { think: false },
      { flags: { thinking: "none" } },
    ],
    [
      "disabled on a model that must",
      { thinking: { type: "disabled" } },
      { think: "low" },
      { flags: { thinking: "always" } },
    ],
    [
      "a budget",
      { max_tokens: 9000, thinking: { type: "enabled", budget_tokens: 5000 } },
      { think: "medium" },
      { flags: { thinking: "levels" } },
    ],
    ["between_tools, none yet", { thinking: { type: "between_tools" } }, { think: false }],
    [
      "between_tools, after a result",
      {
        thinking: { type: "between_tools" },
        messages: [
          { role: "user", content: "q" },
          { role: "assistant", content: [toolUse("a")] },
          { role: "user", content: [toolResult("a")] },
        ],
        tools: [BASH],
      },
      { think: true },
    ],
  ])("%s", (_title, fields, upstream, asked) => {
    expect(bodyOf("ollama", fields, asked)).toMatchObject(upstream);
  });

  test("nothing but its own keys", () => {
    const fields = {
      metadata: { user_id: "u" },
      service_tier: "auto",
      x_unknown: 1,
      stop_sequences: ["x"],
      top_k: 1,
    };
    expect(Object.keys(bodyOf("ollama", fields))).toEqual([
      "model",
      "messages",
      "stream",
      "think",
      "truncate",
      "shift",
      "options",
    ]);
  });
});

describe("to OpenAI", () => {
  test.each<Row>([
    [
      "always explicit",
      {},
      {
        model: "up",
        stream: true,
        stream_options: { include_usage: true },
        max_tokens: 100,
        reasoning_effort: "none",
      },
    ],
    [
      "the other limit",
      {},
      { max_completion_tokens: 100 },
      { flags: { maxTokensField: "max_completion_tokens" } },
    ],
    ["sampling", { temperature: 0, top_p: 0.1 }, { temperature: 0, top_p: 0.1 }],
    ["top_k where known", { top_k: 3 }, { top_k: 3 }, { flags: { topK: true } }],
    [
      "effort",
      { thinking: { type: "adaptive" }, output_config: { effort: "max" } },
      { reasoning_effort: "high" },
    ],
    [
      "format",
      { output_config: { format: { type: "json_schema", schema } } },
      { response_format: { type: "json_schema", json_schema: { name: "output", schema, strict: true } } },
    ],
    ["any", { tools: [BASH], tool_choice: { type: "any" } }, { tool_choice: "required" }],
    [
      "one tool",
      { tools: [BASH], tool_choice: { type: "tool", name: "Bash" } },
      { tool_choice: { type: "function", function: { name: "Bash" } } },
    ],
    [
      "none",
      { tools: [BASH], tool_choice: { type: "none" } },
      { tool_choice: "none", tools: [{ function: { name: "Bash" } }] },
    ],
    [
      "one call at most",
      { tools: [BASH], tool_choice: { type: "auto", disable_parallel_tool_use: true } },
      { parallel_tool_calls: false },
    ],
  ])("%s", (_title, fields, upstream, asked) => {
    expect(bodyOf("openai", fields, asked)).toMatchObject(upstream);
  });

  test.each<[string, Partial<MessagesRequest>, string[], Asked?]>([
    [
      "nothing but its own keys",
      { metadata: { user_id: "u" }, x_unknown: 1, stop_sequences: ["x"], top_k: 1 },
      ["reasoning_effort"],
    ],
    ["no thinking, no word of it", {}, [], { flags: { thinking: "none" } }],
    ["adaptive without effort leaves the default", { thinking: { type: "adaptive" } }, []],
    [
      "none, on a server that ignores the choice",
      { tools: [BASH], tool_choice: { type: "none" } },
      ["reasoning_effort"],
      { flags: { toolChoice: false } },
    ],
    ["no tools: no fields of tools", { tools: [], tool_choice: { type: "none" } }, ["reasoning_effort"]],
  ])("%s", (_title, fields, more, asked) => {
    const usual = ["model", "messages", "stream", "stream_options", "max_tokens"];
    expect(Object.keys(bodyOf("openai", fields, asked))).toEqual([...usual, ...more]);
  });
});

describe("refusals", () => {
  test.each<[string, "ollama" | "openai", Partial<MessagesRequest>, RegExp, Asked?]>([
    [
      "tools on a model without",
      "ollama",
      { tools: [BASH] },
      /^tools: .*does not support tools/,
      { flags: { tools: false } },
    ],
    [
      "a forced call that cannot be had",
      "ollama",
      { tools: [BASH], tool_choice: { type: "any" } },
      /^tool_choice: .*cannot be enforced/,
      { flags: { structured: false } },
    ],
    [
      "format with a forced call on Ollama",
      "ollama",
      {
        tools: [BASH],
        tool_choice: { type: "any" },
        output_config: { format: { type: "json_schema", schema } },
      },
      /^output_config\.format: /,
    ],
    [
      "format with a call forced by format",
      "openai",
      {
        tools: [BASH],
        tool_choice: { type: "any" },
        output_config: { format: { type: "json_schema", schema } },
      },
      /^output_config\.format: /,
      { flags: { toolChoice: false } },
    ],
    [
      "prefill",
      "openai",
      {
        messages: [
          { role: "user", content: "q" },
          { role: "assistant", content: "The" },
        ],
      },
      /^messages: .*does not support assistant message prefill/,
    ],
    [
      "system in mid-conversation",
      "openai",
      {
        messages: [
          { role: "user", content: "q" },
          { role: "system", content: "s" },
        ],
      },
      /^messages\.1\.role: Input should be 'user' or 'assistant'/,
      { flags: { midSystem: "refuse" } },
    ],
    [
      "a server tool",
      "openai",
      { tools: [{ type: "code_execution_20250825", name: "code_execution" }] },
      /^tools\.0\.type: /,
    ],
    ["all tools deferred", "openai", { tools: [{ ...BASH, defer_loading: true }] }, /^tools: at least one/],
    [
      "unknown field, strictly",
      "openai",
      { x_unknown: 1 },
      /^x_unknown: Extra inputs are not permitted/,
      { options: { strict: true } },
    ],
    [
      "a search's location, strictly",
      "openai",
      {
        tools: [{ type: "web_search_20250305", name: "web_search", user_location: { type: "approximate" } }],
      },
      /^tools: searches are not made from a location/,
      { options: { strict: true } },
    ],
    ["top_k, strictly", "openai", { top_k: 1 }, /^top_k: /, { options: { strict: true } }],
  ])("%s", (_title, dialect, fields, message, asked) => {
    expect(() => ask(dialect, fields, asked)).toThrow(
      expect.objectContaining({ status: 400, message: expect.stringMatching(message) }),
    );
  });
});

describe("notes", () => {
  test.each<[string, Partial<MessagesRequest>, string[], Asked?]>([
    ["nothing dropped", {}, []],
    ["fields", { metadata: { user_id: "u" }, x_unknown: 1 }, ["ignored:metadata", "ignored:x_unknown"]],
    [
      "of a real client, strictly",
      { metadata: { user_id: "u" } },
      ["ignored:metadata"],
      { options: { strict: true } },
    ],
    [
      "clear_thinking is carried out",
      { context_management: { edits: [{ type: "clear_thinking_20251015", keep: "all" }] } },
      [],
    ],
    ["top_k", { top_k: 3 }, ["ignored:top_k"]],
  ])("%s", (_title, fields, notes, asked) => {
    expect(ask("openai", fields, asked).notes).toEqual(notes);
  });
});

describe("numbers and key order of earlier inputs", () => {
  const json = '{"z":9007199254740993,"a":{"n":1e400,"m":1.0}}';
  const messages = parseJson(
    `[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"Bash","input":${json}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"a"}]}]`,
  ) as MessagesRequest["messages"];

  test("Ollama: an object", () => {
    expect(ask("ollama", { messages }).upstream.body).toContain(
      '"arguments":{"z":9007199254740993,"a":{"n":1e400,',
    );
  });

  test("OpenAI: its text", () => {
    expect(ask("openai", { messages }).upstream.body).toContain(
      JSON.stringify('{"z":9007199254740993,"a":{"n":1e400,').slice(0, -1),
    );
  });
});

test("what the answer side is told", () => {
  const fields: Partial<MessagesRequest> = {
    messages: [
      { role: "user", content: "q" },
      { role: "assistant", content: [toolUse("a", "mcp.long name")] },
      { role: "user", content: [toolResult("a", "r"), textBlock("t")] },
    ],
    stop_sequences: ["X"],
    tools: [BASH],
    thinking: { type: "adaptive", display: "omitted" },
    context_management: { edits: [] },
  };
  const { context } = ask("ollama", fields);
  expect(context).toMatchObject({
    model: "m",
    stopSequences: ["X"],
    reasoning: "omitted",
    appliedEdits: [],
    toolChoice: "auto",
  });
  expect(context.usedIds).toEqual(new Set(["a"]));
  expect([...context.renamed]).toEqual([
    [expect.stringMatching(/^mcp_long_name_[0-9a-f]{12}$/), "mcp.long name"],
  ]);
  expect(context.inputTokens).toBeGreaterThan(10);
});

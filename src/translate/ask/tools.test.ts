import { describe, expect, test } from "vitest";
import type { MessagesRequest, ToolDefinition } from "../../messages/types.ts";
import { ask, BASH, bodyOf, toolResult, toolUse } from "../requests.test.support.ts";
import { upstreamName } from "./tool-names.ts";

const later: ToolDefinition = { ...BASH, name: "Later", defer_loading: true };
const placeholder: ToolDefinition = { ...BASH, name: "DeferredToolPlaceholder", defer_loading: true };

function namesOf(fields: Partial<MessagesRequest>): string[] {
  const tools = (bodyOf("openai", fields)["tools"] ?? []) as { function: { name: string } }[];
  return tools.map((tool) => tool.function.name);
}

const loaded = (name: string): MessagesRequest["messages"] => [
  { role: "user", content: "q" },
  { role: "assistant", content: [toolUse("s", "Bash")] },
  { role: "user", content: [toolResult("s", [{ type: "tool_reference", tool_name: name }])] },
];
const change = (type: "tool_addition" | "tool_removal", name: string): MessagesRequest["messages"] => [
  { role: "user", content: "q" },
  { role: "system", content: [{ type, tool: { type: "tool_reference", tool_name: name } }] },
];

describe("which tools the model sees", () => {
  test.each<[string, Partial<MessagesRequest>, string[]]>([
    ["deferred ones not", { tools: [BASH, later, placeholder] }, ["Bash"]],
    [
      "deferred ones once referenced",
      { tools: [BASH, later, placeholder], messages: loaded("Later") },
      ["Bash", "Later"],
    ],
    [
      "the placeholder never",
      { tools: [BASH, placeholder], messages: loaded("DeferredToolPlaceholder") },
      ["Bash"],
    ],
    ["in the request's order", { tools: [later, BASH], messages: loaded("Later") }, ["Later", "Bash"]],
    [
      "for good",
      {
        tools: [BASH, later],
        messages: [...loaded("Later"), { role: "assistant", content: "a" }, { role: "user", content: "b" }],
      },
      ["Bash", "Later"],
    ],
    [
      "by a forced choice",
      { tools: [BASH, later], tool_choice: { type: "tool", name: "Later" } },
      ["Bash", "Later"],
    ],
    [
      "by an addition",
      { tools: [BASH, later], messages: change("tool_addition", "Later") },
      ["Bash", "Later"],
    ],
    [
      "not after a removal",
      { tools: [BASH, { ...BASH, name: "B" }], messages: change("tool_removal", "B") },
      ["Bash"],
    ],
    [
      "not those only code may call",
      { tools: [BASH, { ...BASH, name: "B", allowed_callers: ["code_execution_20260120"] }] },
      ["Bash"],
    ],
    [
      "web tools, as functions",
      {
        tools: [
          BASH,
          { type: "web_search_20250305", name: "web_search" },
          { type: "web_fetch_20260318", name: "web_fetch" },
        ],
      },
      ["Bash", "web_search", "web_fetch"],
    ],
    ["one with a famous name", { tools: [{ ...BASH, name: "web_search", type: "custom" }] }, ["web_search"]],
    ["none", { tools: [] }, []],
  ])("%s", (_title, fields, names) => {
    expect(namesOf(fields)).toEqual(names);
  });

  test("a reference to no tool is refused", () => {
    expect(() => ask("openai", { tools: [BASH], messages: loaded("Nope") })).toThrow(
      /^messages\.2\.content\.0\.content\.0: the tool "Nope"/,
    );
  });
});

describe("definitions", () => {
  const schema = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    properties: {
      path: { type: "string", minLength: 1, description: "d" },
      mode: { enum: ["a", "b"], default: "a" },
      list: { type: "array", items: { type: "integer" }, maxItems: 3 },
      nested: { type: "object", properties: { n: { type: "number", exclusiveMinimum: 0 } } },
      any: true,
    },
    required: ["path"],
    additionalProperties: false,
  };
  const tool: ToolDefinition = {
    name: "T",
    description: "Does.",
    input_schema: schema,
    defer_loading: false,
    cache_control: {},
    eager_input_streaming: true,
  };

  test("OpenAI: the schema as it is, and nothing in it", () => {
    expect(bodyOf("openai", { tools: [tool] })["tools"]).toEqual([
      { type: "function", function: { name: "T", description: "Does.", parameters: schema } },
    ]);
  });

  test("Ollama: what it drops stands in the description", () => {
    expect(bodyOf("ollama", { tools: [tool] })["tools"]).toMatchObject([
      {
        function: {
          name: "T",
          description: [
            "Does.",
            "",
            "Constraints of the input:",
            "- (input): additionalProperties false",
            "- path: minLength 1",
            '- mode: default "a"',
            "- list: maxItems 3",
            "- nested.n: exclusiveMinimum 0",
          ].join("\n"),
          parameters: { properties: { any: {} }, required: ["path"] },
        },
      },
    ]);
  });

  test("Ollama: type and properties are filled in", () => {
    expect(bodyOf("ollama", { tools: [{ name: "T", input_schema: {} }] })["tools"]).toEqual([
      { type: "function", function: { name: "T", parameters: { type: "object", properties: {} } } },
    ]);
  });

  test("strict only where it can be kept; examples in the description", () => {
    const strict = { type: "object", properties: { a: {} }, required: ["a"], additionalProperties: false };
    const fields = { tools: [{ name: "T", input_schema: strict, strict: true, input_examples: [{ a: 1 }] }] };
    expect(bodyOf("openai", fields)["tools"]).toEqual([
      {
        type: "function",
        function: { name: "T", description: 'Example input: {"a":1}', parameters: strict, strict: true },
      },
    ]);
    expect(ask("openai", { tools: [{ ...BASH, strict: true }] }).notes).toEqual(["tool-strict"]);
  });
});

describe("names", () => {
  test.each(["Bash", "mcp__a-b__c", "x".repeat(64)])("%s stays", (name) => {
    expect(upstreamName(name)).toBe(name);
  });

  test.each(["x".repeat(65), "a.b", "a b"])("%s is shortened, the same way each time", (name) => {
    expect(upstreamName(name)).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
    expect(upstreamName(name)).toBe(upstreamName(name));
    expect(upstreamName(name)).not.toBe(upstreamName(`${name}!`));
  });
});

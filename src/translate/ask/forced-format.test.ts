import { expect, test } from "vitest";
import type { MessagesRequest } from "../../messages/types.ts";
import { parseJson } from "../../wire/json.ts";
import { ask, BASH, bodyOf, messagesOf } from "../requests.test.support.ts";

test("a forced call as constrained JSON, told at the end of the prompt", () => {
  const tool = {
    name: "Say",
    input_schema: {
      $schema: "x",
      type: "object",
      properties: { w: { $ref: "#/$defs/W" } },
      $defs: { W: { type: "string" } },
    },
  };
  const fields: Partial<MessagesRequest> = {
    tools: [BASH, tool],
    tool_choice: { type: "any" },
    thinking: { type: "adaptive" },
  };
  const body = bodyOf("ollama", fields);
  expect(body).toMatchObject({
    think: false,
    format: {
      anyOf: [
        { properties: { name: { enum: ["Bash"] } }, required: ["name", "arguments"] },
        {
          properties: { name: { enum: ["Say"] }, arguments: { properties: { w: { $ref: "#/$defs/t1_W" } } } },
        },
      ],
      $defs: { t1_W: { type: "string" } },
    },
  });
  expect(body).not.toHaveProperty("tools");
  expect(messagesOf("ollama", fields)).toEqual([
    { role: "user", content: expect.stringMatching(/^hi\nCall exactly one/) },
  ]);
  expect(ask("ollama", fields).context.toolChoice).toBe("json");
});

test("one tool's reference that cannot be moved is left out: the prompt tells it, and the other tools stay", () => {
  const odd = {
    name: "Odd",
    input_schema: parseJson(
      '{"type":"object","properties":{"again":{"$ref":"#","description":"d"},"n":{"maximum":1e400}}}',
    ) as Record<string, unknown>,
  };
  const fields: Partial<MessagesRequest> = { tools: [BASH, odd], tool_choice: { type: "any" } };
  const { format } = bodyOf("ollama", fields) as { format: { anyOf: { properties: unknown }[] } };
  expect(format.anyOf[1]?.properties).toMatchObject({
    arguments: { type: "object", properties: { again: { description: "d" } } },
  });
  expect(ask("ollama", fields).upstream.body).toContain('"n":{"maximum":1e400}}}}');
  expect(messagesOf("ollama", fields)).toMatchObject([{ content: expect.stringContaining('"$ref":"#"') }]);
});

test("tools beside a format on Ollama: the format holds both, and the prompt says how to choose", () => {
  const schema = {
    type: "object",
    properties: { a: { $ref: "#/$defs/A" } },
    $defs: { A: { type: "number" } },
  };
  const fields: Partial<MessagesRequest> = {
    tools: [BASH],
    output_config: { format: { type: "json_schema", schema } },
  };
  const body = bodyOf("ollama", fields);
  expect(body).not.toHaveProperty("tools");
  expect(body["format"]).toEqual({
    anyOf: [
      expect.objectContaining({ required: ["name", "arguments"] }),
      { type: "object", properties: { a: { $ref: "#/$defs/t1_A" } } },
    ],
    $defs: { t1_A: { type: "number" } },
  });
  expect(messagesOf("ollama", fields)).toEqual([
    {
      role: "user",
      content: expect.stringMatching(/^hi\nAnswer with nothing but JSON[^]*"Bash"[^]*"number"/),
    },
  ]);
  expect(ask("ollama", fields).context).toMatchObject({
    toolChoice: "json",
    mayAnswer: true,
    salvage: false,
  });
});

test("… on an OpenAI-compatible server they stand side by side", () => {
  const schema = { type: "object", properties: {} };
  const fields: Partial<MessagesRequest> = {
    tools: [BASH],
    output_config: { format: { type: "json_schema", schema } },
  };
  const body = bodyOf("openai", fields);
  expect(body).toMatchObject({ tools: [{}], response_format: { json_schema: { schema } } });
  expect(ask("openai", fields).context).toMatchObject({ toolChoice: "auto", mayAnswer: false });
});

test("… with a forced call they cannot be had", () => {
  const format = { type: "json_schema" as const, schema: { type: "object" } };
  expect(() =>
    ask("ollama", { tools: [BASH], tool_choice: { type: "any" }, output_config: { format } }),
  ).toThrow(/^output_config\.format: cannot be combined with a forced tool call/);
});

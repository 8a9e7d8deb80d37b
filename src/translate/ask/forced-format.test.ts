import { expect, test } from "vitest";
import type { MessagesRequest } from "../../messages/types.ts";
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

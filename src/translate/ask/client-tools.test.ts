import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { clientToolOf } from "../../messages/client-tools.ts";
import { parseMessagesRequest } from "../../messages/validate.ts";
import { bodyOf } from "../requests.test.support.ts";
import { functionOfClientTool } from "./client-tools.ts";

test.each([
  ["bash_20241022", "bash"],
  ["bash_20250124", "bash"],
  ["text_editor_20250124", "str_replace_editor"],
  ["text_editor_20250429", "str_replace_based_edit_tool"],
  ["text_editor_20250728", "str_replace_based_edit_tool"],
  ["memory_20250818", "memory"],
])("%s is the client's tool %s", (type, name) => {
  expect(clientToolOf(type)?.name).toBe(name);
  const tools = [{ type, name }];
  const request = { model: "m", max_tokens: 9, messages: [{ role: "user", content: "hi" }], tools };
  expect(parseMessagesRequest(request, "2023-06-01")).toMatchObject({ tools });
  for (const dialect of ["ollama", "openai"] as const) {
    const [tool] = bodyOf(dialect, { tools })["tools"] as { function: { name: string } }[];
    expect(tool?.function).toMatchObject({ name, parameters: { type: "object" } });
  }
});

test.each([["computer_20250124"], ["bash"], ["bash_1"], ["custom"], [null], [undefined]])(
  "%s is none",
  (type) => {
    expect(clientToolOf(type)).toBeNull();
  },
);

describe("the schemas take what the documented commands send", () => {
  const accepts = (type: string, input: unknown): boolean => {
    const tool = clientToolOf(type);
    if (tool === null) throw new Error(`${type} is no client tool`);
    return new Ajv2020().validate(functionOfClientTool(tool).schema, input);
  };

  test.each([
    ["bash_20250124", { command: "ls" }],
    ["bash_20250124", { restart: true }],
    ["text_editor_20250124", { command: "undo_edit", path: "/a" }],
    ["text_editor_20250124", { command: "insert", path: "/a", insert_line: 0, new_str: "x" }],
    ["text_editor_20250728", { command: "insert", path: "/a", insert_line: 0, insert_text: "x" }],
    ["text_editor_20250728", { command: "view", path: "/a", view_range: [1, -1] }],
    ["text_editor_20250728", { command: "str_replace", path: "/a", old_str: "x", new_str: "y" }],
    ["memory_20250818", { command: "create", path: "/memories/a", file_text: "x" }],
    ["memory_20250818", { command: "rename", old_path: "/memories/a", new_path: "/memories/b" }],
    ["memory_20250818", { command: "delete", path: "/memories/a" }],
  ])("%s %j", (type, input) => {
    expect(accepts(type, input)).toBe(true);
  });

  test.each([
    ["bash_20250124", { cmd: "ls" }],
    ["text_editor_20250728", { command: "undo_edit", path: "/a" }],
    ["text_editor_20250728", { path: "/a" }],
    ["memory_20250818", { command: "chmod", path: "/a" }],
  ])("not %s %j", (type, input) => {
    expect(accepts(type, input)).toBe(false);
  });
});

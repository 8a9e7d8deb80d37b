import { describe, expect, test } from "vitest";
import {
  user,
  assistant,
  call,
  result,
  tool,
  body,
  withMessages,
  refusal,
  type Refused,
} from "../testing/requests.ts";
import { parseMessagesRequest } from "./validate.ts";

const load = (name: string): unknown =>
  body({
    tools: [tool(), tool({ name: "Web", defer_loading: true })],
    messages: [
      user("a"),
      assistant([call("t")]),
      user([result("t", [{ type: "tool_reference", tool_name: name }])]),
    ],
  });

const choose = (type: string, fields: object = {}): unknown =>
  body({ tools: [tool()], tool_choice: { type, ...fields } });

describe("tools", () => {
  test.each<Refused>([
    [body({ tools: {} }), /^tools: .*list/],
    [body({ tools: [tool({ name: "a b" })] }), /^tools\.0\.name: /],
    [body({ tools: [tool({ name: "x.y" })] }), /^tools\.0\.name: /],
    [body({ tools: [tool({ name: "" })] }), /^tools\.0\.name: /],
    [body({ tools: [tool({ name: "n".repeat(129) })] }), /^tools\.0\.name: /],
    [body({ tools: [tool(), tool()] }), /^tools\.1\.name: .*unique/],
    [body({ tools: [{ name: "a" }] }), /^tools\.0\.input_schema: Field required/],
    [body({ tools: [tool({ input_schema: null })] }), /^tools\.0\.input_schema: /],
    [body({ tools: [tool({ input_schema: "x" })] }), /^tools\.0\.input_schema: /],
    [body({ tools: [tool({ input_schema: { type: "array" } })] }), /^tools\.0\.input_schema\.type: /],
    [body({ tools: [tool(), { type: "web_search_2025", name: "web_search" }] }), /^tools\.1\.type: /],
    [body({ tools: [{ type: "code_execution_20250522", name: "code_execution" }] }), /^tools\.0\.type: /],
    [body({ tools: [{ type: "mcp_toolset", mcp_server_name: "x" }] }), /^tools\.0\.type: /],
    [body({ tools: [{ type: "computer_20250124", name: "computer" }] }), /^tools\.0\.type: /],
    [body({ tools: [{ type: "bash_20250124", name: "shell" }] }), /^tools\.0\.name: .*bash/],
    [body({ tools: [{ type: "foo_20990101", name: "foo" }] }), /^tools\.0\.type: /],
    [body({ tools: [tool({ defer_loading: true })] }), /^tools: .*defer_loading/],
    [body({ tool_choice: { type: "auto" } }), /^tool_choice: /],
    [body({ tools: [], tool_choice: { type: "any" } }), /^tool_choice: /],
    [choose("required"), /^tool_choice\.type: /],
    [choose("tool"), /^tool_choice\.name: /],
    [choose("tool", { name: "Read" }), /^tool_choice\.name: tool 'Read' is not in tools/],
  ])("refuses %j", (request, message) => {
    expect(refusal(request).message).toMatch(message);
  });

  test.each<[name: string, request: unknown]>([
    ["no tools", body({ tools: [] })],
    ["a long name, as MCP tools have", body({ tools: [tool({ name: "n".repeat(128) })] })],
    ["custom types", body({ tools: [tool({ type: "custom" }), tool({ type: null, name: "b" })] })],
    [
      "custom tools with famous names",
      body({
        tools: [
          tool({ name: "web_search" }),
          tool({ name: "bash" }),
          tool({ name: "toString" }),
          tool({ name: "constructor" }),
        ],
      }),
    ],
    ["a schema without a type", body({ tools: [tool({ input_schema: {} })] })],
    ["some deferred", body({ tools: [tool(), tool({ name: "b", defer_loading: true })] })],
    ["a forced tool", choose("tool", { name: "Bash" })],
    ["any", choose("any", { disable_parallel_tool_use: true })],
    ["none without tools", body({ tool_choice: { type: "none" } })],
    [
      "history with calls, but no tools now",
      withMessages(user("a"), assistant([call("t")]), user([result("t")])),
    ],
  ])("accepts %s", (_name, request) => {
    expect(parseMessagesRequest(request, "2023-06-01")).toMatchObject({ model: "m" });
  });

  test("a tool reference must name a declared tool", () => {
    expect(parseMessagesRequest(load("Web"), "2023-06-01")).toMatchObject({ model: "m" });
    expect(refusal(load("Nope")).message).toMatch(
      /^messages\.2\.content\.0\.content\.0\.tool_name: .*'Nope'/,
    );
  });
});

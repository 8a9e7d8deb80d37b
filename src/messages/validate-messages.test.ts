import { describe, expect, test } from "vitest";
import {
  PIXEL,
  user,
  assistant,
  call,
  result,
  text,
  image,
  tool,
  body,
  withMessages,
  refusal,
  type Refused,
} from "../testing/requests.ts";
import { parseMessagesRequest } from "./validate.ts";

describe("messages", () => {
  test.each<Refused>([
    [body({ messages: undefined }), /^messages: Field required/],
    [body({ messages: "x" }), /^messages: .*list/],
    [withMessages(), /^messages: at least one/],
    [withMessages("x"), /^messages\.0: /],
    [withMessages({ content: "x" }), /^messages\.0\.role: Field required/],
    [
      withMessages({ role: "tool", content: "x" }),
      /^messages\.0\.role: Input should be 'user', 'assistant' or 'system'/,
    ],
    [withMessages({ role: "developer", content: "x" }), /^messages\.0\.role: /],
    [withMessages({ role: "User", content: "x" }), /^messages\.0\.role: /],
    [withMessages(user("x"), { role: 5, content: "x" }), /^messages\.1\.role: /],
    [withMessages({ role: "user" }), /^messages\.0\.content: Field required/],
    [withMessages(user(5)), /^messages\.0\.content: /],
    [withMessages(user("")), /^messages\.0\.content: .*non-empty/],
    [withMessages(user([])), /^messages\.0\.content: .*non-empty/],
    [withMessages(user([text("")])), /^messages\.0\.content: .*non-empty/],
    [withMessages(user("x"), assistant(""), user("y")), /^messages\.1\.content: .*non-empty/],
    [withMessages({ role: "system", content: "" }), /^messages\.0\.content: /],
    [
      { ...withMessages(user("a")), system: [{ type: "tool_addition", tool: { name: "x" } }] },
      /^system\.0\.type: 'tool_addition' blocks may not stand in the system prompt/,
    ],
    [
      withMessages(user([text("a"), { type: "foo" }])),
      /^messages\.0\.content\.1\.type: unknown block type 'foo'/,
    ],
    [withMessages(user([{ type: "constructor" }])), /^messages\.0\.content\.0\.type: unknown/],
    [withMessages(user([{}])), /^messages\.0\.content\.0\.type: Field required/],
    [withMessages(user([5])), /^messages\.0\.content\.0: /],
    [withMessages(user([{ type: "text" }])), /^messages\.0\.content\.0\.text: Field required/],
    [
      withMessages(user([call("a")])),
      /^messages\.0\.content\.0\.type: 'tool_use' blocks may not stand in a user message/,
    ],
    [withMessages(assistant([result("a")])), /^messages\.0\.content\.0\.type: .*an assistant message/],
    [withMessages(user([{ type: "container_upload" }])), /^messages\.0\.content\.0\.type: .*Files API/],
    [
      withMessages(user([{ type: "search_result", source: "s", title: "t", content: [image(PIXEL)] }])),
      /^messages\.0\.content\.0\.content\.0\.type: /,
    ],
    [withMessages(assistant([{ type: "thinking" }])), /^messages\.0\.content\.0\.thinking: /],
    [
      withMessages(assistant([{ type: "tool_use", id: "", name: "x", input: {} }])),
      /^messages\.0\.content\.0\.id: /,
    ],
    [
      withMessages(assistant([{ type: "tool_use", id: "a", name: "x" }])),
      /^messages\.0\.content\.0\.input: Field required/,
    ],
    [
      withMessages(assistant([{ type: "tool_use", id: "a", name: "x", input: "{}" }])),
      /^messages\.0\.content\.0\.input: .*object/,
    ],
    [withMessages(user([{ type: "tool_result" }])), /^messages\.0\.content\.0\.tool_use_id: Field required/],
    [withMessages(user([{ type: "document" }])), /^messages\.0\.content\.0\.source: Field required/],
    [
      withMessages(user([{ type: "document", source: { type: "file", file_id: "f" } }])),
      /^messages\.0\.content\.0\.source\.type: .*not supported/,
    ],
  ])("refuses %j", (request, message) => {
    expect(refusal(request).message).toMatch(message);
  });

  test.each<[name: string, request: unknown]>([
    ["consecutive user messages", withMessages(user("a"), user("b"))],
    ["a system message last", withMessages(user("a"), { role: "system", content: "s" })],
    [
      "a system message in the middle, as a list",
      withMessages(user("a"), { role: "system", content: [text("s")] }, assistant("b"), user("c")),
    ],
    ["system messages only at the start", withMessages({ role: "system", content: "s" }, user("a"))],
    ["an empty final assistant message", withMessages(user("a"), assistant(""))],
    ["an empty text beside another block", withMessages(user([text(""), text("a")]))],
    ["an assistant message first", withMessages(assistant("a"), user("b"))],
    [
      "thinking without a signature, and redacted",
      withMessages(
        user("a"),
        assistant([{ type: "thinking", thinking: "" }, { type: "redacted_thinking", data: "x" }, text("b")]),
        user("c"),
      ),
    ],
    [
      "server tool history",
      withMessages(
        user("a"),
        assistant([
          { type: "server_tool_use", id: "s", name: "web_search", input: {} },
          { type: "web_search_tool_result", tool_use_id: "s", content: [] },
        ]),
        user("c"),
      ),
    ],
    [
      "documents",
      withMessages(
        user([
          { type: "document", source: { type: "text", media_type: "text/plain", data: "d" }, title: null },
          { type: "document", source: { type: "content", content: [text("d"), image(PIXEL)] } },
          { type: "document", source: { type: "base64", media_type: "application/pdf", data: "JVBERi0=" } },
        ]),
      ),
    ],
    [
      "cache markers everywhere",
      body({
        cache_control: { type: "ephemeral" },
        system: [{ ...text("s"), cache_control: { type: "ephemeral", ttl: "1h" } }],
        tools: [tool({ cache_control: null })],
      }),
    ],
  ])("accepts %s", (_name, request) => {
    expect(parseMessagesRequest(request, "2023-06-01")).toMatchObject({ model: "m" });
  });
});

test("100 000 messages are enough", () => {
  const many = (n: number): object => withMessages(...Array.from({ length: n }, () => user("a")));
  expect(refusal(many(100_001)).message).toMatch(/^messages: at most 100000 /);
  expect(parseMessagesRequest(many(100_000), "2023-06-01").messages).toHaveLength(100_000);
});

describe("calls and results", () => {
  const asked = [user("a"), assistant([text("b"), call("t1"), call("t2")])];

  test.each<Refused>([
    [withMessages(...asked), /^messages\.1: .*t1, t2/],
    [withMessages(...asked, user("c")), /^messages\.1: .*t1, t2/],
    [withMessages(...asked, user([result("t1")])), /^messages\.1: .*: t2\./],
    [
      withMessages(...asked, user([result("t1"), result("t3"), result("t2")])),
      /^messages\.2\.content\.1\.tool_use_id: unexpected .*t3/,
    ],
    [withMessages(user([result("t1")])), /^messages\.0\.content\.0\.tool_use_id: unexpected .*t1/],
    [
      withMessages(...asked, user([result("t1"), result("t2"), result("t1")])),
      /^messages\.2\.content\.2\.tool_use_id: .*second one came for t1/,
    ],
    [withMessages(...asked, user("c"), assistant("d"), user([result("t1"), result("t2")])), /^messages\.1: /],
    [
      withMessages(...asked, user([text("c"), result("t1"), result("t2")])),
      /^messages\.2\.content\.1: tool_use ids were found without tool_result blocks immediately after: t1/,
    ],
    [withMessages(...asked, user("c"), user([result("t1"), result("t2")])), /^messages\.3\.content\.0: .*t1/],
    [
      withMessages(user("a"), assistant([call("t1"), call("t1")]), user([result("t1")])),
      /^messages\.1\.content\.1\.id: .*unique/,
    ],
    [withMessages(...asked, { role: "system", content: "s" }), /^messages\.1: .*t1, t2/],
  ])("refuses %j", (request, message) => {
    expect(refusal(request).message).toMatch(message);
  });

  test.each<[name: string, request: unknown]>([
    [
      "results in another order, then text",
      withMessages(...asked, user([result("t2"), result("t1", "x"), text("c")])),
    ],
    [
      "results and text in two messages",
      withMessages(...asked, user([result("t1"), result("t2")]), user("c")),
    ],
    ["results in two messages", withMessages(...asked, user([result("t1")]), user([result("t2")]))],
    [
      "a system message between call and result",
      withMessages(...asked, { role: "system", content: "s" }, user([result("t1"), result("t2")])),
    ],
    [
      "a call and its text in two assistant messages",
      withMessages(user("a"), assistant("b"), assistant([call("t")]), user([result("t")])),
    ],
    [
      "an id used again in a later turn",
      withMessages(
        user("a"),
        assistant([call("t")]),
        user([result("t")]),
        assistant([call("t")]),
        user([result("t")]),
      ),
    ],
    [
      "every form of content",
      withMessages(
        ...asked,
        user([
          { ...result("t1", null), is_error: null },
          result("t2", [
            text("a"),
            image(PIXEL),
            { type: "search_result", source: "s", title: "t", content: [text("a")] },
          ]),
        ]),
      ),
    ],
  ])("accepts %s", (_name, request) => {
    expect(parseMessagesRequest(request, "2023-06-01")).toMatchObject({ model: "m" });
  });
});

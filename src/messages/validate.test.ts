import { describe, expect, test } from "vitest";
import { user, assistant, tool, body, withMessages, refusal, type Refused } from "../testing/requests.ts";
import { parseJson } from "../wire/json.ts";
import { parseMessagesRequest } from "./validate.ts";
import { type ApiVersion, apiVersion } from "./version.ts";

describe("refuses, with the path first", () => {
  test.each<Refused>([
    [undefined, /^body: /],
    [null, /^body: /],
    [[], /^body: /],
    ["x", /^body: /],
    [body({ model: undefined }), /^model: Field required/],
    [body({ model: 5 }), /^model: /],
    [body({ model: "" }), /^model: /],
    [body({ max_tokens: undefined }), /^max_tokens: Field required/],
    [body({ max_tokens: "5" }), /^max_tokens: .*integer/],
    [body({ max_tokens: 1.5 }), /^max_tokens: .*integer/],
    [body({ max_tokens: -1 }), /^max_tokens: .*greater/],
    [body({ max_tokens: 0 }), /^max_tokens: .*greater/],
    [body({ max_tokens: parseJson("1e400") }), /^max_tokens: /],
    [body({ stream: "yes" }), /^stream: /],
    [body({ temperature: "hot" }), /^temperature: .*number/],
    [body({ temperature: 1.5 }), /^temperature: .*between 0 and 1/],
    [body({ temperature: -1 }), /^temperature: /],
    [body({ top_p: 2 }), /^top_p: /],
    [body({ top_k: 1.5 }), /^top_k: /],
    [body({ stop_sequences: "x" }), /^stop_sequences: .*list/],
    [body({ stop_sequences: ["a", " \n"] }), /^stop_sequences\.1: .*non-whitespace/],
    [body({ system: [{ type: "image" }] }), /^system\.0\.type: /],
    [body({ system: 5 }), /^system: /],
    [body({ metadata: { user_id: 5 } }), /^metadata\.user_id: /],
  ])("%j", (request, message) => {
    expect(refusal(request)).toMatchObject({
      status: 400,
      type: "invalid_request_error",
      message: expect.stringMatching(message),
    });
  });
});

const thinking = (fields: object, more: object = {}): unknown => body({ thinking: fields, ...more });

describe("thinking and output", () => {
  test.each<Refused>([
    [thinking({ type: "bogus" }), /^thinking\.type: /],
    [thinking({ type: "adaptive", display: "x" }), /^thinking\.display: /],
    [thinking({ type: "enabled" }), /^thinking\.budget_tokens: Field required/],
    [thinking({ type: "enabled", budget_tokens: 1023 }), /^thinking\.budget_tokens: .*1024/],
    [thinking({ type: "enabled", budget_tokens: 4096 }), /^thinking\.budget_tokens: .*less than max_tokens/],
    [thinking({ type: "enabled", budget_tokens: 5000 }), /^thinking\.budget_tokens: /],
    [
      thinking({ type: "enabled", budget_tokens: 1024 }, { tools: [tool()], tool_choice: { type: "any" } }),
      /^tool_choice\.type: /,
    ],
    [
      thinking({ type: "enabled", budget_tokens: 1024 }, { messages: [user("a"), assistant("b")] }),
      /^thinking: /,
    ],
    [body({ output_config: { effort: "ultra" } }), /^output_config\.effort: /],
    [body({ output_config: { format: { type: "x" } } }), /^output_config\.format\.type: /],
    [body({ output_config: { format: { type: "json_schema" } } }), /^output_config\.format\.schema: /],
    [
      body({ output_format: { type: "json_schema", schema: {} }, messages: [user("a"), assistant("b")] }),
      /^output_config\.format: /,
    ],
    [
      body({ context_management: { edits: [{ type: "compact_20260112" }] } }),
      /^context_management: Extra inputs are not permitted/,
    ],
  ])("refuses %j", (request, message) => {
    expect(refusal(request).message).toMatch(message);
  });

  test.each<[name: string, request: unknown]>([
    ["enabled", thinking({ type: "enabled", budget_tokens: 1024 })],
    [
      "adaptive with a forced tool",
      thinking({ type: "adaptive" }, { tools: [tool()], tool_choice: { type: "any" } }),
    ],
    ...["summarized", "omitted", "updates", null].map((display): [string, unknown] => [
      `display ${display}`,
      thinking({ type: "adaptive", display }),
    ]),
    ...["low", "medium", "high", "xhigh", "max"].map((effort): [string, unknown] => [
      `effort ${effort}`,
      body({ output_config: { effort } }),
    ]),
    [
      "what the real client clears",
      body({ context_management: { edits: [{ type: "clear_thinking_20251015", keep: "all" }] } }),
    ],
  ])("accepts %s", (_name, request) => {
    expect(parseMessagesRequest(request, "2023-06-01")).toMatchObject({ model: "m" });
  });
});

describe("features that a local model cannot give", () => {
  test.each<[field: string, value: unknown]>([
    ["container", "c"],
    ["mcp_servers", [{ name: "x" }]],
    ["fallbacks", ["m2"]],
    ["fallback_credit_token", "t"],
    ["compaction", {}],
    ["thread", { id: "t" }],
  ])("refuses %s", (field, value) => {
    expect(refusal(body({ [field]: value })).message).toMatch(new RegExp(`^${field}: `));
    expect(parseMessagesRequest(body({ [field]: null }), "2023-06-01")).not.toHaveProperty(field);
  });

  test("threads by their code", () => {
    expect(refusal(body({ thread: { id: "t" } })).details).toEqual({
      error_code: "thread_unsupported_request",
    });
  });

  test("fallbacks of the server's choice, and no MCP server", () => {
    expect(parseMessagesRequest(body({ fallbacks: "default", mcp_servers: [] }), "2023-06-01")).toMatchObject(
      { model: "m" },
    );
  });
});

describe("versions", () => {
  test.each(["temperature", "top_p", "top_k"])("%s left with 2026-10-21", (field) => {
    expect(parseMessagesRequest(body({ [field]: 1 }), "2023-06-01")).toMatchObject({ [field]: 1 });
    expect(refusal(body({ [field]: 1 }), "2026-10-21").message).toBe(
      `${field}: Extra inputs are not permitted`,
    );
    expect(parseMessagesRequest(body({ [field]: null }), "2026-10-21")).toMatchObject({ model: "m" });
  });

  test("documents of the assistant and citations of the user left too", () => {
    const document = { type: "document", source: { type: "text", media_type: "text/plain", data: "d" } };
    const turn = withMessages(user("a"), assistant([document]), user("b"));
    expect(parseMessagesRequest(turn, "2023-06-01")).toMatchObject({ model: "m" });
    expect(refusal(turn, "2026-10-21").message).toMatch(/^messages\.1\.content\.0\.type: /);
    const cited = { type: "text", text: "a", citations: [{}] };
    expect(parseMessagesRequest(withMessages(user([cited])), "2023-06-01")).toMatchObject({ model: "m" });
    expect(refusal(withMessages(user([cited])), "2026-10-21").message).toMatch(
      /^messages\.0\.content\.0\.citations: Extra/,
    );
    expect(parseMessagesRequest(withMessages(user("a"), assistant([cited])), "2026-10-21")).toMatchObject({
      model: "m",
    });
  });

  test.each<[header: string | undefined, version: ApiVersion]>([
    [undefined, "2023-06-01"],
    ["", "2023-06-01"],
    ["2023-06-01", "2023-06-01"],
    ["2026-10-21", "2026-10-21"],
    ["1999-01-01", "2026-10-21"],
  ])("header %s", (header, version) => {
    expect(apiVersion(header)).toBe(version);
  });
});

test("nulls and unknown fields are no faults, zero is not swallowed, and the body is left alone", () => {
  const request = Object.freeze(
    body({ temperature: 0, speed: null, tools: null, thinking: null, x_unknown: { a: 1 } }),
  );
  const parsed = parseMessagesRequest(request, "2023-06-01");
  expect(parsed.temperature).toBe(0);
  expect(parsed).not.toHaveProperty("tools");
  expect(parsed).toHaveProperty("x_unknown");
  expect(request).toHaveProperty("tools", null);
});

test("a sampling value with more digits than a double has is a number", () => {
  const request = parseJson(
    '{"model":"m","max_tokens":1,"temperature":0.69999998807907104492,"messages":[{"role":"user","content":"a"}]}',
  );
  expect(parseMessagesRequest(request, "2023-06-01").temperature).toBe(0.699_999_988_079_071_04);
});

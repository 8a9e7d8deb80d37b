import { expect, test } from "vitest";
import type { Dialect } from "../../upstream/delta.ts";
import type { Expectation } from "../case.ts";
import { readExchange, type Exchange, type UpstreamCall } from "../exchange.ts";
import type { Send } from "../send.ts";
import { judgeExpectations, RULES } from "./index.ts";

interface Facts {
  status?: number;
  headers?: [string, string][];
  /** The JSON body, or the text of a stream. */
  body?: unknown;
  upstream?: unknown[];
  upstreamHeaders?: Record<string, string>;
  dialect?: Dialect;
  mode?: Send["mode"];
  earlier?: Facts;
  /** The model server is not ours. */
  unscripted?: true;
  /** When the last byte came, ms. */
  at?: number;
}

const MESSAGE = {
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: "m",
  content: [
    { type: "thinking", thinking: "hm", signature: "s" },
    { type: "text", text: "Hello" },
    { type: "tool_use", id: "toolu_1", name: "look", input: { n: 1 } },
  ],
  stop_reason: "tool_use",
  stop_sequence: null,
  usage: { input_tokens: 3, output_tokens: 2 },
};

const STREAM = [
  { type: "message_start", message: { ...MESSAGE, content: [], stop_reason: null } },
  { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
  { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hel" } },
  { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "lo" } },
  { type: "content_block_stop", index: 0 },
  {
    type: "message_delta",
    delta: { stop_reason: "end_turn", stop_sequence: null },
    usage: { output_tokens: 2 },
  },
  { type: "message_stop" },
];

const counted = (start: number, end: number): { type: string }[] => [
  { type: "message_start", message: { ...MESSAGE, content: [], usage: { input_tokens: start } } } as {
    type: string;
  },
  { type: "message_delta", delta: {}, usage: { input_tokens: end, output_tokens: 2 } } as { type: string },
];

const BROKEN = [
  ...STREAM.slice(0, 3),
  { type: "error", error: { type: "api_error", message: "upstream broke" } },
];

const stream = (events: { type: string }[]): string =>
  events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");

const error = (type: string, message: string): unknown => ({ type: "error", error: { type, message } });

const CHAT = {
  model: "m",
  max_tokens: 64,
  messages: [
    { role: "user", content: "one two" },
    {
      role: "assistant",
      content: "",
      tool_calls: [{ id: "toolu_1", function: { name: "look", arguments: '{"n":1}' } }],
    },
    { role: "tool", content: "three", tool_call_id: "toolu_1" },
  ],
  tools: [{ type: "function", function: { name: "look", parameters: {} } }],
};

function exchangeOf(facts: Facts, name: string): Exchange {
  const {
    status = 200,
    headers = [],
    body = MESSAGE,
    upstream = [CHAT],
    upstreamHeaders = {},
    mode = "json",
    at = 0,
  } = facts;
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const type =
    typeof body === "string" && /^(event:|:)/.test(body) ? "text/event-stream" : "application/json";
  const bytes = new TextEncoder().encode(text);
  const calls = upstream.map((json): UpstreamCall => {
    const chat = JSON.stringify(json);
    return {
      method: "POST",
      path: "/v1/chat/completions",
      headers: upstreamHeaders,
      body: chat,
      json,
      closedBy: null,
    };
  });
  const send: Send = {
    name,
    mode,
    split: "line",
    method: "POST",
    path: "/v1/messages",
    headers: [],
    request: {},
    body: null,
    answers: [],
    says: null,
    expect: [],
  };
  const request = { method: "POST", path: "/v1/messages", headers: [], body: "{}" };
  const response = {
    status,
    headers: [["content-type", type] as [string, string], ...headers],
    body: bytes,
    chunks: [{ at, bytes }],
    end: "complete" as const,
  };
  return readExchange(send, request, response, calls);
}

function broken(expectation: Expectation, facts: Facts): boolean {
  const earlier = facts.earlier === undefined ? [] : [exchangeOf(facts.earlier, "first")];
  const found = judgeExpectations([expectation], {
    exchange: exchangeOf(facts, "this"),
    earlier,
    dialect: facts.dialect ?? "openai",
    upstreamOrigin: facts.unscripted === true ? null : "http://127.0.0.1:4321",
  });
  return found.length > 0;
}

const found = (call: object, result: object): Facts => ({
  body: {
    ...MESSAGE,
    content: [
      { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: {}, ...call },
      { type: "web_search_tool_result", tool_use_id: "srvtoolu_1", content: [], ...result },
    ],
  },
});

/** A result in a stream, right after events of these types. */
const resultAfter = (...types: string[]): Facts => ({
  body: stream([
    ...types.map((type) => ({ type })),
    { type: "content_block_start", content_block: { type: "web_search_tool_result" } } as { type: string },
  ]),
});

type Row = [expectation: Expectation, holds: Facts, breaks: Facts];

const ROWS: Row[] = [
  [{ status: [200, 201] }, {}, { status: 400 }],
  ["status.no-server-error", { status: 499 }, { status: 500 }],
  [{ header: { name: "x-a", equals: "1" } }, { headers: [["x-a", "1"]] }, {}],
  [{ json: { at: "content.1.text", equals: "Hello" } }, {}, { body: {} }],
  [
    { "json.more-than": { at: "n", than: "first" } },
    { body: { n: 2 }, earlier: { body: { n: 1 } } },
    { body: { n: 1 }, earlier: { body: { n: 1 } } },
  ],
  [
    { "json.equal-to": { at: "n", than: "first" } },
    { body: { n: 1 }, earlier: { body: { n: 1 } } },
    { body: {}, earlier: { body: {} } },
  ],
  [
    { "json.each": { of: "data", at: "id", matches: "^m" } },
    { body: { data: [{ id: "m1" }, { id: "m2" }] } },
    { body: { data: [{ id: "m1" }, {}] } },
  ],
  [
    { "json.each": { of: "data", at: "id", unique: true } },
    { body: { data: [{ id: "m1" }, { id: "m2" }] } },
    { body: { data: [{ id: "m1" }, { id: "m1" }] } },
  ],
  [
    { "usage.near": { of: "first" } },
    {
      body: { input_tokens: 130 },
      earlier: { body: { ...MESSAGE, usage: { input_tokens: 60, cache_read_input_tokens: 40 } } },
    },
    { body: { input_tokens: 131 }, earlier: { body: { ...MESSAGE, usage: { input_tokens: 100 } } } },
  ],
  [
    { "usage.near": { of: "first" } },
    { body: { input_tokens: 900 }, earlier: { body: { ...MESSAGE, usage: { input_tokens: 1000 } } } },
    { body: { input_tokens: 899 }, earlier: { body: { ...MESSAGE, usage: { input_tokens: 1000 } } } },
  ],
  ["usage.start-near", { body: stream(counted(130, 100)) }, { body: stream(counted(131, 100)) }],
  [{ "answered-within": 1000 }, { at: 1000 }, { at: 1001 }],
  [{ body: { lacks: "canary" } }, {}, { body: "canary" }],
  [
    "content-length.right",
    { headers: [["content-length", String(JSON.stringify(MESSAGE).length)]] },
    { headers: [["content-length", "1"]] },
  ],
  ["refused", { status: 400, body: error("invalid_request_error", "no") }, {}],
  [
    "refused",
    { status: 400, body: error("invalid_request_error", "no") },
    { status: 400, body: error("api_error", "no") },
  ],
  [
    { refused: { mentions: "field" } },
    { status: 400, body: error("invalid_request_error", "field: no") },
    { status: 400, body: error("invalid_request_error", "no") },
  ],
  ["failed", { body: stream(BROKEN) }, { body: stream(STREAM) }],
  ["failed", { status: 502, body: error("api_error", "no") }, {}],
  [
    { failed: { status: 502 } },
    { status: 502, body: error("api_error", "no") },
    { status: 504, body: error("api_error", "no") },
  ],
  [
    { "error-event": { type: "api_error", mentions: "broke" } },
    { body: stream(BROKEN) },
    { body: stream(STREAM) },
  ],
  [{ "secret-free": ["canary"] }, {}, { headers: [["x-debug", "canary"]] }],
  [{ "secret-free": [] }, {}, { body: error("api_error", "connect 127.0.0.1:4321") }],
  [{ "secret-free": [] }, {}, { body: "boom\n    at handler (/app/src/a.ts:1:2)" }],
  [
    { answer: { at: "usage.output_tokens", at_least: 2 } },
    {},
    { body: { ...MESSAGE, usage: { output_tokens: 1 } } },
  ],
  [{ "answer.text": "Hello" }, { body: stream(STREAM) }, { body: { ...MESSAGE, content: [] } }],
  [
    { "answer.json": { at: "a", equals: 1 } },
    { body: { ...MESSAGE, content: [{ type: "text", text: '{"a":1}' }] } },
    { body: { ...MESSAGE, content: [{ type: "text", text: '{"a":2}' }] } },
  ],
  [
    { "answer.json": { at: "", length: 1 } },
    { body: { ...MESSAGE, content: [{ type: "text", text: '{"a":1}' }] } },
    { body: { ...MESSAGE, content: [{ type: "text", text: 'Here: {"a":1}' }] } },
  ],
  [{ "answer.thinking": "hm" }, {}, { body: stream(STREAM) }],
  [{ "answer.blocks": ["text"] }, { body: stream(STREAM) }, {}],
  [{ "answer.stop": "tool_use" }, {}, { body: stream(STREAM) }],
  [
    { "answer.calls": [{ name: "look", input: { n: 1 } }] },
    {},
    { body: { ...MESSAGE, content: [{ type: "tool_use", id: "a", name: "look", input: "{}" }] } },
  ],
  [{ "answer.calls": [{ name: "look" }] }, {}, { body: stream(STREAM) }],
  [
    { "answer.same-as": "first" },
    { earlier: { body: { ...MESSAGE, id: "msg_2" } } },
    { earlier: { body: { ...MESSAGE, stop_reason: "end_turn" } } },
  ],
  [{ distinct: { at: "id" } }, { earlier: { body: { ...MESSAGE, id: "msg_2" } } }, { earlier: {} }],
  [
    { event: { of: "message_start", at: "message.stop_reason", equals: null } },
    { body: stream(STREAM) },
    { body: stream(STREAM.slice(1)) },
  ],
  [
    {
      "stream.events": [
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
      ],
    },
    { body: stream(STREAM) },
    { body: stream(BROKEN) },
  ],
  [{ "answer.server-calls": 1 }, found({}, {}), {}],
  [{ "answer.server-calls": 1 }, found({}, {}), found({ id: "toolu_1" }, { tool_use_id: "toolu_1" })],
  [{ "answer.server-calls": 1 }, found({}, {}), found({}, { tool_use_id: "srvtoolu_2" })],
  [{ "answer.server-calls": 1 }, found({}, {}), found({ name: "web_fetch" }, {})],
  [{ "answer.server-calls": 1 }, found({}, {}), found({}, { type: "text", text: "x" })],
  [
    { "stream.ping-before": "web_search_tool_result" },
    resultAfter("content_block_stop", "ping"),
    resultAfter("ping", "content_block_stop"),
  ],
  [{ "stream.ping-before": "web_search_tool_result" }, resultAfter("ping"), { body: stream(STREAM) }],
  [
    { "stream.pings": { at_least: 2 } },
    { body: `: hm\n\n${stream([...STREAM, { type: "ping" }])}` },
    { body: stream([...STREAM, { type: "ping" }]) },
  ],
  [{ "stream.deltas": { at_least: 2 } }, { body: stream(STREAM) }, { body: stream(BROKEN) }],
  [{ "stream.deltas-lack": "lo" }, { body: stream(BROKEN) }, { body: stream(STREAM) }],
  [{ "upstream.requests": 1 }, {}, { upstream: [CHAT, CHAT] }],
  [
    { "upstream.value": { at: { openai: "max_tokens", ollama: "options.num_predict" }, equals: 64 } },
    {},
    { dialect: "ollama" },
  ],
  [
    {
      "upstream.messages": [
        { role: "user", images: 0 },
        { calls: [{ name: "look", arguments: { n: 1 } }] },
        { text: "three", answers: "toolu_1" },
      ],
    },
    {},
    { upstream: [{ messages: [] }] },
  ],
  [
    { "upstream.messages": [{ images: 0 }] },
    { upstream: [{ messages: [{ role: "user", content: "a" }] }] },
    {
      upstream: [
        {
          messages: [
            {
              role: "user",
              content: [{ type: "image_url", image_url: { url: "data:image/png;base64,AA" } }],
            },
          ],
        },
      ],
    },
  ],
  [{ "upstream.roles": ["user", "assistant", "tool"] }, {}, { upstream: [{ messages: [{ role: "user" }] }] }],
  [{ "upstream.last-role": "tool" }, {}, { upstream: [{ messages: [{ role: "user" }] }] }],
  [
    { "upstream.texts-in-order": ["one", "two", "three"] },
    {},
    { upstream: [{ messages: [{ role: "user", content: "two one three" }] }] },
  ],
  [
    { "upstream.texts-in-order": ["one"] },
    {},
    { upstream: [{ messages: [{ role: "user", content: "one one" }] }] },
  ],
  [
    { "upstream.images": 0 },
    {},
    { dialect: "ollama", upstream: [{ messages: [{ role: "user", images: ["a"] }] }] },
  ],
  ["upstream.no-empty-message", {}, { upstream: [{ messages: [{ role: "user", content: "" }] }] }],
  [
    { "upstream.result": { call: 0, text: "three" } },
    {},
    { upstream: [{ messages: [{ role: "user", content: "three" }] }] },
  ],
  [{ "upstream.limit": 64 }, {}, { upstream: [{ max_tokens: 64, max_completion_tokens: 64 }] }],
  [{ "upstream.tools": ["look"] }, {}, { upstream: [{ tools: [] }] }],
  [{ "upstream.same-as": "first" }, { earlier: {} }, { earlier: { upstream: [{}] } }],
  [
    { "upstream.extends": "first" },
    { earlier: {} },
    { earlier: { upstream: [{ messages: [{ role: "user", content: "other" }] }] } },
  ],
  [{ "upstream.contains": "one two" }, {}, { upstream: [{}] }],
  [{ "upstream.contains": "one" }, {}, { upstream: [] }],
  [{ "upstream.lacks": "canary" }, {}, { upstreamHeaders: { authorization: "Bearer canary" } }],
  [
    { "upstream.keys": { openai: ["model", "max_tokens", "messages", "tools"], ollama: [] } },
    {},
    { upstream: [{ user: "x" }] },
  ],
  [{ "upstream.header": { name: "X-A", equals: "1" } }, { upstreamHeaders: { "x-a": "1" } }, {}],
  [{ "one-of": [[{ status: 200 }], ["refused"]] }, {}, { status: 500 }],
  [{ "or-note": { note: "dropped-it", expect: [{ status: 200 }] } }, {}, { status: 500 }],
  [
    { when: { status: 200, expect: [{ "answer.stop": "tool_use" }] } },
    { status: 400 },
    { body: stream(STREAM) },
  ],
  [{ scripted: [{ status: 201 }] }, { unscripted: true }, {}],
  [{ in: { mode: "json", expect: [{ status: 201 }] } }, { mode: "stream" }, { mode: "json" }],
  [{ over: { upstream: "ollama", expect: [{ status: 201 }] } }, { dialect: "openai" }, { dialect: "ollama" }],
];

test.each(ROWS)("%j holds, and can be broken", (expectation, holds, breaks) => {
  expect([broken(expectation, holds), broken(expectation, breaks)]).toEqual([false, true]);
});

test("no rule is without a row above", () => {
  const shown = new Set(ROWS.map(([one]) => (typeof one === "string" ? one : Object.keys(one)[0])));
  expect(Object.keys(RULES).filter((name) => !shown.has(name))).toEqual([]);
});

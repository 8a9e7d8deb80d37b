import { expect, test } from "vitest";
import { readExchange } from "./exchange.ts";
import { sdkFindings } from "./sdk-oracle.ts";
import type { Send } from "./send.ts";

const START = {
  type: "message_start",
  message: {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "m",
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 3, output_tokens: 1 },
  },
};
const TEXT = [
  { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
  { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hi" } },
  { type: "content_block_stop", index: 0 },
];
const CALL = [
  {
    type: "content_block_start",
    index: 0,
    content_block: { type: "tool_use", id: "toolu_1", name: "f", input: {} },
  },
  {
    type: "content_block_delta",
    index: 0,
    delta: { type: "input_json_delta", partial_json: '{"n":9007199254740993}' },
  },
  { type: "content_block_stop", index: 0 },
];
const END = [
  {
    type: "message_delta",
    delta: { stop_reason: "end_turn", stop_sequence: null },
    context_management: { applied_edits: [] },
    usage: { output_tokens: 2 },
  },
  { type: "message_stop" },
];

async function judge(events: { type: string; index?: number }[]): Promise<string[]> {
  const text = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
  const body = new TextEncoder().encode(text.replaceAll("9007199254740992", "9007199254740993"));
  const response = {
    status: 200,
    headers: [["content-type", "text/event-stream"] as [string, string]],
    body,
    chunks: [],
    end: "complete" as const,
  };
  const request = { method: "POST", path: "/v1/messages", headers: [], body: "" };
  const exchange = readExchange({} as Send, request, response, null);
  return (await sdkFindings(exchange)).map(({ message }) => message);
}

test.each([
  ["text", [START, ...TEXT, ...END]],
  ["a call with a number that the SDK rounds", [START, ...CALL, ...END]],
  ["pings and events of the future", [START, { type: "ping" }, ...TEXT, { type: "later" }, ...END]],
])("%s: the SDK agrees", async (_what, events) => {
  expect(await judge(events)).toEqual([]);
});

test("a block at another index is where the two part", async () => {
  const shifted = TEXT.map((event) => ({ ...event, index: 1 }));
  expect(await judge([START, ...shifted, ...END])).toEqual([
    expect.stringMatching(/another message: message\.content/),
  ]);
});

test("a stream that the SDK does not accept", async () => {
  expect(await judge([START, ...TEXT])).toEqual([expect.stringMatching(/does not accept the stream/)]);
});

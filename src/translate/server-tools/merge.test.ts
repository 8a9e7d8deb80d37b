import { expect, test } from "vitest";
import type { MessageEvent } from "../../messages/types.ts";
import { accumulate } from "../../messages/accumulate.ts";
import type { UpstreamDelta } from "../../upstream/delta.ts";
import { answerContext, call, countingIds, finish, text } from "../answers.test.support.ts";
import { createStreamTranslator } from "../stream.ts";
import { StepMerger, type ServerCall } from "./merge.ts";
import { failed } from "./outcome.ts";
import { functionOf } from "./server-tool.ts";

const context = answerContext({
  tools: [functionOf("web_search"), functionOf("web_fetch"), { name: "Bash", schema: { type: "object" } }],
});

const ask = (query: string, index = 0): UpstreamDelta =>
  call({ index, id: `up_${query}`, name: "web_search", arguments: JSON.stringify({ query }) });
const usage = (promptTokens: number, completionTokens: number): UpstreamDelta => ({
  kind: "usage",
  usage: { promptTokens, completionTokens },
});

function stepEvents(...deltas: UpstreamDelta[]): MessageEvent[] {
  const translator = createStreamTranslator(context, countingIds());
  return [...translator.push(deltas), ...translator.end()];
}

/** Runs every server call to a failure, which is the shortest result. */
function merge(...steps: MessageEvent[][]): {
  events: MessageEvent[];
  calls: ServerCall[];
  merger: StepMerger;
} {
  let ids = 0;
  const merger = new StepMerger({
    names: new Set(["web_search", "web_fetch"]),
    newId: () => `srvtoolu_${++ids}`,
  });
  const events: MessageEvent[] = [];
  const calls: ServerCall[] = [];
  steps.forEach((step, n) => {
    if (n > 0) merger.nextStep();
    for (const event of step) {
      const shown = merger.push(event);
      events.push(...shown.events);
      if (shown.call === null) continue;
      calls.push(shown.call);
      events.push(...merger.result(shown.call, { kind: "hits", hits: [] }));
    }
  });
  events.push(...merger.finish());
  return { events, calls, merger };
}

const shape = (events: MessageEvent[]): string[] =>
  events.map((event) => {
    if (event.type === "content_block_start") return `${event.index} ${event.content_block.type}`;
    if ("index" in event) return `${event.index} ${event.type.replace("content_block_", "")}`;
    return event.type;
  });

const searchStep = stepEvents(text("I look."), ask("x"), usage(10, 3), finish("tool_calls"));
const endStep = stepEvents(text("Found."), usage(20, 2), finish("stop"));

test("two steps are one answer", () => {
  const { events, calls } = merge(searchStep, endStep);
  expect(shape(events)).toEqual([
    "message_start",
    "0 text",
    "0 delta",
    "0 stop",
    "1 server_tool_use",
    "1 delta",
    "1 stop",
    "2 web_search_tool_result",
    "2 stop",
    "3 text",
    "3 delta",
    "3 stop",
    "message_delta",
    "message_stop",
  ]);
  expect(calls).toEqual([{ tool: "web_search", id: "srvtoolu_1", callId: "up_x", json: '{"query":"x"}' }]);
  expect(accumulate(events)).toMatchObject({
    content: [
      { text: "I look." },
      { id: "srvtoolu_1", name: "web_search", input: { query: "x" } },
      { tool_use_id: "srvtoolu_1", content: [] },
      { text: "Found." },
    ],
    stop_reason: "end_turn",
    usage: {
      input_tokens: 30,
      output_tokens: 5,
      server_tool_use: { web_search_requests: 1, web_fetch_requests: 0 },
    },
  });
});

test("each result follows its call, also of calls made together", () => {
  const { events } = merge(stepEvents(ask("x"), ask("y", 1), finish("tool_calls")), endStep);
  expect(
    accumulate(events).content.map((block) => [
      block.type,
      "tool_use_id" in block ? block.tool_use_id : null,
    ]),
  ).toEqual([
    ["server_tool_use", null],
    ["web_search_tool_result", "srvtoolu_1"],
    ["server_tool_use", null],
    ["web_search_tool_result", "srvtoolu_2"],
    ["text", null],
  ]);
});

test("a client's call in the same step stays the client's, and ends the answer", () => {
  const bash = call({ index: 1, id: "toolu_b", name: "Bash", arguments: '{"command":"ls"}' });
  const { events, merger } = merge(stepEvents(ask("x"), bash, finish("tool_calls")));
  expect([merger.serverCalls, merger.clientCalls]).toEqual([1, 1]);
  expect(accumulate(events)).toMatchObject({
    content: [
      { type: "server_tool_use" },
      { type: "web_search_tool_result" },
      { type: "tool_use", id: "toolu_b", input: { command: "ls" } },
    ],
    stop_reason: "tool_use",
  });
});

test("server calls alone are no reason to stop for the client", () => {
  expect(accumulate(merge(searchStep).events).stop_reason).toBe("end_turn");
});

test("failed calls are not counted as searches, and no calls give no count", () => {
  const merger = new StepMerger({ names: new Set(["web_search"]), newId: () => "srvtoolu_1" });
  for (const event of searchStep) {
    const { call } = merger.push(event);
    if (call !== null) merger.result(call, failed("unavailable", ""));
  }
  const counted = (events: MessageEvent[]): unknown =>
    events.flatMap((event) => (event.type === "message_delta" ? [event.usage.server_tool_use] : []));
  expect(counted(merger.finish())).toEqual([{ web_search_requests: 0, web_fetch_requests: 0 }]);
  expect(counted(merge(endStep).events)).toEqual([null]);
});

test("a call that the token limit cut is a call whose input is no JSON", () => {
  const cut = call({ index: 0, id: "up", name: "web_search", arguments: '{"query":"x' });
  const { calls, events } = merge(stepEvents(cut, finish("length")));
  expect(calls).toMatchObject([{ json: '{"query":"x' }]);
  expect(shape(events).slice(-4)).toEqual([
    "1 web_search_tool_result",
    "1 stop",
    "message_delta",
    "message_stop",
  ]);
});

test("a custom tool of the same name is an ordinary tool", () => {
  const merger = new StepMerger({ names: new Set(), newId: () => "srvtoolu_1" });
  const events = searchStep.flatMap((event) => merger.push(event).events);
  expect(shape([...events, ...merger.finish()])).toContain("1 tool_use");
});

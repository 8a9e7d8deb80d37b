import Anthropic from "@anthropic-ai/sdk";
import { describe, expect, test, vi } from "vitest";
import { startBridge, REQUEST, type BridgeFixture } from "../testing/bridge-fixture.ts";
import { ollamaLine, ollamaText, startEvents } from "../testing/fake-upstream.ts";
import { checkStream } from "../strict/check-stream.ts";

const tools = [{ name: "look", input_schema: { type: "object", properties: { n: { type: "integer" } } } }];
const DONE = { done: true, done_reason: "stop" };
const CALL = { function: { name: "look", arguments: { n: 1 } } };

/** Text, and fewer pieces of it than the engine counted. */
const PARTLY = ollamaLine("Try:") + ollamaLine("", { ...DONE, eval_count: 30 });

function calls(count: number): string {
  const tool_calls = Array.from({ length: count }, () => CALL);
  return (
    ollamaLine("Let me look.") +
    `${JSON.stringify({ model: "m", message: { role: "assistant", content: "", tool_calls }, done: false })}\n` +
    ollamaLine("", DONE)
  );
}

function startSaying(answer: string): Promise<BridgeFixture> {
  return startBridge((request) => startEvents(request).end(answer), { provider: "ollama" });
}

function comments(stream: string): string[] {
  return stream.split("\n\n").filter((frame) => frame.startsWith(":"));
}

describe("a stream of which something was lost says so in a comment before its last event", () => {
  test.each<[code: string, answer: string, choice: object | undefined]>([
    ["answer-partly-lost", PARTLY, undefined],
    ["call-dropped", calls(1), { type: "none" }],
    ["parallel-call-dropped", calls(2), { type: "auto", disable_parallel_tool_use: true }],
  ])("%s", async (code, answer, tool_choice) => {
    await using fixture = await startSaying(answer);
    const stream = await (await fixture.post({ ...REQUEST, stream: true, tools, tool_choice })).text();
    expect(comments(stream)).toEqual([expect.stringMatching(new RegExp(`^: ${code}: [a-z ,]+$`))]);
    expect(stream.indexOf(`: ${code}`)).toBeLessThan(stream.indexOf("event: message_stop"));
    expect(stream).toMatch(/event: message_stop\ndata: \{"type":"message_stop"\}\n\n$/);
    expect(checkStream(Buffer.from(stream))).toEqual([]);
    await vi.waitFor(async () => {
      const page = await (await fetch(`${fixture.url}/metrics`)).text();
      expect(page.split("\n")).toContain(`bridge_notes_total{code="${code}"} 1`);
    });
  });
});

test("a call that the model server only announced is a loss; one that was dropped is told once", async () => {
  const said = (delta: object, finish: string | null = null): string =>
    `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  const call = { index: 0, id: "a", type: "function", function: { name: "look", arguments: '{"n":1}' } };
  const say = async (answer: string, tool_choice?: object): Promise<string[]> => {
    await using fixture = await startBridge((request) =>
      startEvents(request).end(`${answer}data: [DONE]\n\n`),
    );
    return comments(await (await fixture.post({ ...REQUEST, stream: true, tools, tool_choice })).text());
  };
  const text = said({ content: "Let me look." });
  expect(await say(text + said({}, "tool_calls"))).toEqual([
    expect.stringMatching(/^: finish-without-call: /),
  ]);
  const dropped = text + said({ tool_calls: [call] }) + said({}, "tool_calls");
  expect(await say(dropped, { type: "none" })).toEqual([expect.stringMatching(/^: call-dropped: /)]);
  expect(await say(dropped)).toEqual([]);
});

test("so does one that took several requests to the model", async () => {
  await using fixture = await startSaying(PARTLY);
  const search = { type: "web_search_20250305", name: "web_search" };
  const stream = await (await fixture.post({ ...REQUEST, stream: true, tools: [search, ...tools] })).text();
  expect(comments(stream)).toEqual([expect.stringContaining(": answer-partly-lost: ")]);
});

test("neither a whole stream nor one that ends in an error has such a comment", async () => {
  await using whole = await startSaying(ollamaText("hello"));
  expect(comments(await (await whole.post({ ...REQUEST, stream: true, tools })).text())).toEqual([]);
  const cut = calls(1).replace(/[^\n]*"done":true[^\n]*\n/, "");
  await using broken = await startSaying(cut);
  const request = { ...REQUEST, stream: true, tools, tool_choice: { type: "none" } };
  const stream = await (await broken.post(request)).text();
  expect(stream).toContain("event: error");
  expect(comments(stream)).toEqual([]);
});

test("the comment leaves in one write with the end of the answer", async () => {
  await using fixture = await startSaying(PARTLY);
  const body = JSON.stringify({ ...REQUEST, stream: true, tools });
  const response = await fixture.bridge.fetch(
    new Request("http://bridge/v1/messages", { method: "POST", body }),
  );
  const writes: string[] = [];
  const decoder = new TextDecoder();
  for await (const bytes of response.body as ReadableStream<Uint8Array>) writes.push(decoder.decode(bytes));
  const withComment = writes.filter((text) => text.includes(": answer-partly-lost"));
  expect(withComment).toEqual([expect.stringContaining("event: message_stop")]);
});

test("the official client reads the stream as if no comment were there", async () => {
  await using fixture = await startSaying(PARTLY);
  const client = new Anthropic({ baseURL: fixture.url, apiKey: "any", maxRetries: 0 });
  const request = { ...REQUEST, tools } as Anthropic.MessageCreateParamsNonStreaming;
  const streamed = await client.messages.stream(request).finalMessage();
  const whole = await client.messages.create(request);
  expect(streamed.content).toEqual(whole.content);
  expect(streamed.stop_reason).toBe("end_turn");
});

import { expect, test, vi } from "vitest";
import { REQUEST, startBridge, type BridgeFixture } from "../testing/bridge-fixture.ts";
import { chunk, ollamaLine, sse, startEvents, type FakeRequest } from "../testing/fake-upstream.ts";

const usage = { prompt_tokens: 20, completion_tokens: 3, prompt_tokens_details: { cached_tokens: 15 } };
const answer = (request: FakeRequest): unknown =>
  startEvents(request).end(
    sse(chunk({ content: "secret words" }), chunk({}, "stop"), { usage, choices: [] }, "[DONE]"),
  );

async function page({ url }: BridgeFixture): Promise<string> {
  const response = await fetch(`${url}/metrics`);
  expect(response.headers.get("content-type")).toMatch(/^application\/openmetrics-text; version=1\.0\.0/);
  return response.text();
}

test("the page counts what happened, and names no content and no secret", async () => {
  let n = 0;
  const first = (request: FakeRequest): unknown =>
    n++ === 0 ? request.response.writeHead(503).end() : answer(request);
  await using fixture = await startBridge(first, { apiKey: "K-canary", authToken: "T-canary" });
  const headers = { "x-api-key": "T-canary" };
  await (await fixture.post({ ...REQUEST, stream: true, top_k: 5 }, { headers })).text();
  await (await fixture.post(REQUEST, { headers })).text();
  await (await fixture.post(REQUEST)).text();
  const text = await vi.waitFor(async () => {
    const now = await page(fixture);
    expect(now).toContain('bridge_exchanges_total{status="200"} 2');
    return now;
  });
  for (const line of [
    'bridge_exchanges_total{status="401"} 1',
    'bridge_errors_total{type="authentication_error"} 1',
    'bridge_tokens_total{kind="input",model="m"} 40',
    'bridge_tokens_total{kind="cached",model="m"} 30',
    'bridge_tokens_total{kind="output",model="m"} 6',
    'bridge_notes_total{code="ignored:top_k"} 1',
    "bridge_retries_total 1",
    "bridge_cancels_total 0",
    "bridge_active_exchanges 1",
    "bridge_first_byte_seconds_count 1",
    'bridge_first_byte_seconds_bucket{le="300"} 1',
  ])
    expect(text.split("\n")).toContain(line);
  expect(text).toMatch(/\n# EOF\n$/);
  expect(text).not.toMatch(/canary|secret/);
});

test("what an engine lost, and what was made of what it wrote, is counted", async () => {
  const tools = [{ name: "look", input_schema: { type: "object", properties: { n: { type: "integer" } } } }];
  const answers = [
    ollamaLine("Try:") + ollamaLine("", { done: true, done_reason: "stop", eval_count: 30 }),
    ollamaLine('<tool_call>{"name":"look","arguments":{"n":1}}</tool_call>') +
      ollamaLine("", { done: true, done_reason: "stop" }),
  ];
  await using fixture = await startBridge((request) => startEvents(request).end(answers.shift()), {
    provider: "ollama",
  });
  expect(await (await fixture.post({ ...REQUEST, tools })).json()).toMatchObject({
    content: [{ type: "text", text: "Try:" }],
  });
  expect(await (await fixture.post({ ...REQUEST, tools })).json()).toMatchObject({
    content: [{ type: "tool_use", name: "look", input: { n: 1 } }],
    stop_reason: "tool_use",
  });
  await vi.waitFor(async () => {
    const lines = (await page(fixture)).split("\n");
    expect(lines).toContain('bridge_notes_total{code="answer-partly-lost"} 1');
    expect(lines).toContain('bridge_interventions_total{code="call-salvaged"} 1');
  });
});

test("how much of a session's prompts a server's cache may hold is counted", async () => {
  await using fixture = await startBridge(answer);
  const headers = { "x-claude-code-session-id": "s" };
  const ask = async (...contents: string[]): Promise<void> => {
    const messages = contents.map((content) => ({ role: "user", content }));
    await (await fixture.post({ ...REQUEST, messages }, { headers })).text();
  };
  const words = "words ".repeat(500);
  await ask(words);
  await ask(words, "more");
  const text = await page(fixture);
  expect(Number(/prefix_tokens_total\{kind="kept"\} (\d+)/.exec(text)?.[1])).toBeGreaterThan(700);
  expect(text).toContain('bridge_prefix_tokens_total{kind="lost"} 0\n');
  await ask(`${words.slice(0, 1500)}now ${words.slice(1500)}`, "more");
  expect(await page(fixture)).toMatch(/prefix_tokens_total\{kind="lost"\} [1-9]/);
});

test("a client that leaves is counted", async () => {
  await using fixture = await startBridge(() => undefined);
  const leave = new AbortController();
  const gone = fixture.post(REQUEST, { signal: leave.signal }).catch(() => null);
  await vi.waitFor(() => expect(fixture.upstream.chats()).toHaveLength(1));
  leave.abort();
  await gone;
  await vi.waitFor(async () => expect(await page(fixture)).toContain("bridge_cancels_total 1"));
});

test("what upstreams report corrects the next estimate; health says how good it is", async () => {
  const long = { ...REQUEST, messages: [{ role: "user", content: "words and words ".repeat(1000) }] };
  const report = (request: FakeRequest): unknown =>
    startEvents(request).end(
      sse(
        chunk({ content: "x" }),
        chunk({}, "stop"),
        { usage: { prompt_tokens: 6000 }, choices: [] },
        "[DONE]",
      ),
    );
  const count = async ({ url }: BridgeFixture): Promise<number> => {
    const init = { method: "POST", body: JSON.stringify(long) };
    const body = await (await fetch(`${url}/v1/messages/count_tokens`, init)).json();
    return (body as { input_tokens: number }).input_tokens;
  };
  await using fixture = await startBridge(report);
  const before = await count(fixture);
  await (await fixture.post(long)).text();
  const after = await count(fixture);
  expect(Math.abs(after - 6000)).toBeLessThan(Math.abs(before - 6000) / 4);
  const streamed = await (await fixture.post({ ...long, stream: true })).text();
  expect(streamed).toContain(`"usage":{"input_tokens":${after},"output_tokens":0`);
  const health: unknown = await (await fetch(`${fixture.url}/health`)).json();
  expect(health).toMatchObject({ token_counts: [{ model: "m", observations: 2 }] });

  await using rigid = await startBridge(report, { calibrate: false });
  await (await rigid.post(long)).text();
  expect(await count(rigid)).toBe(before);
});

import { describe, expect, test } from "vitest";
import { REQUEST, startBridge } from "../testing/bridge-fixture.ts";
import { ollamaText, startEvents, textStream, type FakeRequest } from "../testing/fake-upstream.ts";

const STREAM = { ...REQUEST, stream: true };

/** Answers with each of these in turn, then with text. */
function first(...answers: ((request: FakeRequest) => unknown)[]): (request: FakeRequest) => unknown {
  let n = 0;
  return (request) =>
    (answers[n++] ?? ((r: FakeRequest) => startEvents(r).end(textStream("hello"))))(request);
}

function refuse(
  code: number,
  message: string,
  headers: Record<string, string> = {},
): (request: FakeRequest) => unknown {
  return ({ response }) => response.writeHead(code, headers).end(JSON.stringify({ error: { message } }));
}

function bodies(requests: FakeRequest[]): Record<string, unknown>[] {
  return requests.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
}

describe("quick retries before the first byte", () => {
  test.each<[string, (request: FakeRequest) => unknown]>([
    ["502", refuse(502, "x")],
    ["503", refuse(503, "x")],
    ["529", refuse(529, "x")],
    ["a reset", ({ socket }) => socket.resetAndDestroy()],
  ])("%s twice, then an answer", async (_name, answer) => {
    await using fixture = await startBridge(first(answer, answer));
    const response = await fixture.post(STREAM);
    expect(await response.text()).toContain("hello");
    expect(fixture.upstream.chats()).toHaveLength(3);
    expect(fixture.bridge.metrics.retries).toBe(2);
  });

  test.each<[string, (request: FakeRequest) => unknown]>([
    ["500", refuse(500, "x")],
    ["429", refuse(429, "x")],
    ["400", refuse(400, "x")],
    ["503 that names a time", refuse(503, "x", { "retry-after": "3" })],
  ])("%s is not retried", async (_name, answer) => {
    await using fixture = await startBridge(first(answer));
    expect((await fixture.post(STREAM)).ok).toBe(false);
    expect(fixture.upstream.chats()).toHaveLength(1);
  });

  test("maxRetries is the limit", async () => {
    const answer = refuse(503, "x");
    await using fixture = await startBridge(first(answer, answer), { maxRetries: 1 });
    expect((await fixture.post(STREAM)).status).toBe(529);
    expect(fixture.upstream.chats()).toHaveLength(2);
  });
});

describe("lessons from refusals", () => {
  const LONG = { ...STREAM, max_tokens: 32_000 };

  test("the longest answer of a model is kept to from then on", async () => {
    const most = "max_tokens is too large: 32000. This model supports at most 16384 completion tokens";
    await using fixture = await startBridge(first(refuse(400, most)));
    for (const _ of [1, 2]) expect((await fixture.post(LONG)).status).toBe(200);
    expect(bodies(fixture.upstream.chats()).map((body) => body["max_tokens"])).toEqual([
      32_000, 16_384, 16_384,
    ]);
  });

  test("what a counted prompt leaves of the context is asked for, to the token", async () => {
    const full =
      "'max_tokens' is too large: 32000. This model's maximum context length is 4096 tokens and your request has 900 input tokens (32000 > 4096 - 900).";
    await using fixture = await startBridge(first(refuse(400, full), refuse(400, full)));
    expect((await fixture.post(LONG)).status).toBe(400);
    expect(bodies(fixture.upstream.chats()).map((body) => body["max_tokens"])).toEqual([32_000, 3196]);
  });

  test.each([true, false])(
    "a forced call that is ignored is asked for as JSON (stream: %s)",
    async (stream) => {
      const json = '{"name":"look","arguments":{"n":1}}';
      const words = (request: FakeRequest): unknown =>
        startEvents(request).end(textStream("Well, let me think."));
      const call = (request: FakeRequest): unknown => startEvents(request).end(textStream(json));
      await using fixture = await startBridge(first(words, call, call));
      const tools = [
        { name: "look", input_schema: { type: "object", properties: { n: { type: "integer" } } } },
      ];
      const body = { ...REQUEST, stream, tools, tool_choice: { type: "any" } };
      const response = await fixture.post(body);
      expect(response.status).toBe(200);
      const text = await response.text();
      expect(text).toContain("tool_use");
      expect(text).not.toContain("let me think");
      expect((await fixture.post(body)).status).toBe(200);
      expect(
        bodies(fixture.upstream.chats()).map((sent) => [sent["tool_choice"], "response_format" in sent]),
      ).toEqual([
        ["required", false],
        [undefined, true],
        [undefined, true],
      ]);
    },
  );

  test("stream_options is left away from then on", async () => {
    await using fixture = await startBridge(
      first(refuse(400, "Unrecognized request argument: stream_options")),
    );
    for (const _ of [1, 2]) expect((await fixture.post(STREAM)).status).toBe(200);
    expect(bodies(fixture.upstream.chats()).map((body) => "stream_options" in body)).toEqual([
      true,
      false,
      false,
    ]);
  });

  test("thinking is left away from then on", async () => {
    const answers = first(refuse(400, '"m" does not support thinking'), ({ response }) =>
      response.end(ollamaText("a")),
    );
    await using fixture = await startBridge((request) => answers(request), { provider: "ollama", flags: {} });
    const body = { ...REQUEST, thinking: { type: "adaptive" } };
    expect((await fixture.post(body)).status).toBe(200);
    const [one, two] = bodies(fixture.upstream.chats());
    expect(one?.["think"]).toBeTruthy();
    expect(two?.["think"] ?? false).toBe(false);
  });

  test("a refusal of tools is told, not worked around", async () => {
    await using fixture = await startBridge(first(refuse(400, "library/m:latest does not support tools")));
    const response = await fixture.post({
      ...STREAM,
      tools: [{ name: "T", input_schema: { type: "object" } }],
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("does not support tools");
    expect(fixture.upstream.chats()).toHaveLength(1);
  });

  test("a server that repeats its refusal is not asked for ever", async () => {
    await using fixture = await startBridge(({ response }) =>
      response.writeHead(400).end(JSON.stringify({ error: { message: "unknown field stream_options" } })),
    );
    expect((await fixture.post(STREAM)).status).toBe(400);
    expect(fixture.upstream.chats()).toHaveLength(2);
  });

  test("what the user stated is not unlearned", async () => {
    await using fixture = await startBridge(first(refuse(400, "unknown field stream_options")), {
      set: { usageInStream: "true" },
    });
    expect((await fixture.post(STREAM)).status).toBe(400);
    expect(fixture.upstream.chats()).toHaveLength(1);
  });
});

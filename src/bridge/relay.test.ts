import { afterEach, describe, expect, test } from "vitest";
import { startFakeUpstream, type FakeRequest } from "../testing/fake-upstream.ts";
import { createBridge } from "./bridge.ts";
import type { Bridge, BridgeOptions } from "./options.ts";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function setup(
  answer: (request: FakeRequest) => unknown,
  options: Partial<BridgeOptions> = {},
): Promise<{ url: string; seen: FakeRequest[]; bridge: Bridge }> {
  const upstream = await startFakeUpstream(answer, answer);
  const bridge = createBridge({
    provider: "anthropic",
    baseUrl: upstream.url,
    model: "m",
    apiKey: "K-upstream-secret",
    authToken: "T",
    ...options,
  });
  const { url } = await bridge.listen();
  cleanups.push(
    () => bridge.close(),
    () => upstream.close(),
  );
  return { url, seen: upstream.requests, bridge };
}

const post = (url: string, body: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${url}/v1/messages?beta=true`, {
    method: "POST",
    body,
    headers: { authorization: "Bearer T", "content-type": "application/json", ...headers },
  });

const BODY = '{"model":"other", "max_tokens":9007199254740993,\n"messages":[{"role":"user","content":"hi"}]}';
const STREAM = [
  'event: message_start\ndata: {"type":"message_start","message":{}}\n\n',
  'event: message_stop\ndata: {"type":"message_stop"}\n\n',
];

test("the body and the answer pass byte for byte; the bridge's own key goes up, the client's does not", async () => {
  const { url, seen } = await setup(({ response }) => {
    response.writeHead(200, { "content-type": "text/event-stream", "request-id": "req_up", "x-limit": "7" });
    for (const event of STREAM) response.write(event);
    response.end();
  });
  const headers = {
    "anthropic-version": "2023-06-01",
    "anthropic-beta": "x",
    cookie: "c",
    "x-bridge-exchange": "e-1",
  };
  const response = await post(url, BODY, headers);
  expect(await response.text()).toBe(STREAM.join(""));
  expect(Object.fromEntries(response.headers)).toMatchObject({ "request-id": "req_up", "x-limit": "7" });
  const [asked] = seen;
  expect({ path: asked?.path, body: asked?.body }).toEqual({ path: "/v1/messages?beta=true", body: BODY });
  expect(asked?.headers).toMatchObject({
    "x-api-key": "K-upstream-secret",
    authorization: "Bearer K-upstream-secret",
    "anthropic-version": "2023-06-01",
    "anthropic-beta": "x",
    "x-bridge-exchange": "e-1",
  });
  expect(asked?.headers).not.toHaveProperty("cookie");
});

test.each([
  ["GET", "/v1/models?limit=3"],
  ["GET", "/v1/models/some%2Fmodel"],
  ["POST", "/v1/messages/count_tokens"],
])("%s %s is passed on", async (method, path) => {
  const { url, seen } = await setup(({ response }) => response.end('{"x":1}'));
  const init = method === "POST" ? { body: "{}" } : {};
  const response = await fetch(url + path, { method, headers: { "x-api-key": "T" }, ...init });
  expect([await response.text(), seen[0]?.path, seen[0]?.method]).toEqual(['{"x":1}', path, method]);
});

test("without the bridge's token nothing goes upstream; a base URL may end in /v1", async () => {
  const { url, seen } = await setup(({ response }) => response.end("{}"));
  expect((await fetch(`${url}/v1/models`)).status).toBe(401);
  expect(seen).toEqual([]);
  await using bridge = createBridge({
    provider: "anthropic",
    baseUrl: `${url}/v1/`,
    model: null,
    apiKey: "T",
  });
  expect((await bridge.fetch(new Request("http://b/v1/models"))).status).toBe(200);
});

describe("errors", () => {
  const ENVELOPE = '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}';
  test.each([
    ["an envelope is passed on", 529, ENVELOPE, 529, "overloaded_error"],
    [
      "so is a refused key",
      401,
      ENVELOPE.replace("overloaded", "authentication"),
      401,
      "authentication_error",
    ],
    ["a missing route", 404, "404 page not found", 404, "not_found_error"],
    ["a page", 502, "<html>bad gateway</html>", 502, "api_error"],
    ["Ollama's words", 400, '{"error":"invalid request"}', 400, "invalid_request_error"],
  ])("%s", async (_name, status, body, expected, type) => {
    const { url } = await setup(
      ({ response }) => response.writeHead(status, { "retry-after": "3" }).end(body),
      { maxRetries: 0 },
    );
    const response = await post(url, BODY);
    expect(response.status).toBe(expected);
    expect(response.headers.get("request-id")).toMatch(/^req_/);
    expect(await response.json()).toMatchObject({ type: "error", error: { type } });
  });

  test("a key that the upstream quotes is not shown", async () => {
    const said = ENVELOPE.replace("Overloaded", "bad key K-upstream-secret");
    const { url } = await setup(({ response }) => response.writeHead(401).end(said));
    expect(await (await post(url, BODY)).text()).toContain("bad key [redacted]");
  });

  test("a server that is not there", async () => {
    const { url } = await setup(() => undefined, { baseUrl: "http://127.0.0.1:9", maxRetries: 0 });
    const response = await post(url, BODY);
    expect([response.status, await response.json()]).toMatchObject([502, { error: { type: "api_error" } }]);
  });
});

describe("a stream that breaks off", () => {
  const start = ({ response }: FakeRequest): void =>
    void response.writeHead(200, { "content-type": "text/event-stream" }).write(STREAM[0]);

  test("between events ends in an error event", async () => {
    const { url } = await setup((request) => {
      start(request);
      setTimeout(() => request.socket.destroy(), 30);
    });
    const text = await (await post(url, BODY)).text();
    expect(text).toContain(STREAM[0]);
    expect(text).toMatch(/event: error\ndata: \{"type":"error".*"api_error".*\n\n$/);
  });

  test("with a tidy end is no success either", async () => {
    const { url } = await setup((request) => {
      start(request);
      request.response.end();
    });
    expect(await (await post(url, BODY)).text()).toMatch(/event: error\n.*\n\n$/);
  });

  test("inside an event is cut for the client, too", async () => {
    const { url } = await setup((request) => {
      start(request);
      request.response.write('event: message_stop\ndata: {"ty');
      setTimeout(() => request.socket.destroy(), 30);
    });
    const response = await post(url, BODY);
    await expect(response.text()).rejects.toThrow(/terminated/);
  });

  test("by silence", async () => {
    const { url } = await setup(start, { idleTimeoutMs: 60 });
    expect(await (await post(url, BODY)).text()).toContain("timeout_error");
  });
});

test("a client that leaves ends the upstream request", async () => {
  let closed: Promise<void> | undefined;
  const { url } = await setup((request) => {
    closed = request.closed;
    request.response.writeHead(200, { "content-type": "text/event-stream" }).write(STREAM[0]);
  });
  const leave = new AbortController();
  const response = await fetch(`${url}/v1/messages`, {
    method: "POST",
    body: BODY,
    headers: { "x-api-key": "T" },
    signal: leave.signal,
  });
  await response.body?.getReader().read();
  leave.abort();
  expect(await closed).toBeUndefined();
});

test("tokens of answers that are passed through are counted, those of other routes are not", async () => {
  const usage = { input_tokens: 7, output_tokens: 2 };
  const { url, bridge } = await setup(({ response }) =>
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ usage })),
  );
  await (await post(url, BODY)).text();
  await (
    await fetch(`${url}/v1/messages/count_tokens`, {
      method: "POST",
      body: BODY,
      headers: { authorization: "Bearer T" },
    })
  ).text();
  expect(bridge.metrics).toMatchObject({ answers: 1, inputTokens: 7, outputTokens: 2 });
});

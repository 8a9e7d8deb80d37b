import { gzipSync } from "node:zlib";
import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { REQUEST, startBridge } from "../testing/bridge-fixture.ts";
import { ollamaText, startEvents, textStream, type FakeRequest } from "../testing/fake-upstream.ts";

const answerText = (request: FakeRequest): unknown => startEvents(request).end(textStream("hello"));

async function expectEnvelope(response: Response, status: number, type: string): Promise<string> {
  expect(response.status).toBe(status);
  expect(response.headers.get("content-type")).toBe("application/json");
  const body = (await response.json()) as { error: { message: string } };
  expect(body).toEqual({
    type: "error",
    error: { type, message: expect.stringMatching(/\S/) },
    request_id: response.headers.get("request-id"),
  });
  return body.error.message;
}

describe("one core, two doors", () => {
  test.each(["socket", "fetch"])("text through %s", async (door) => {
    await using fixture = await startBridge(answerText);
    const init = { method: "POST", body: JSON.stringify(REQUEST) };
    const response =
      door === "socket"
        ? await fixture.post()
        : await fixture.bridge.fetch(new Request("http://bridge/v1/messages?beta=true", init));
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      type: "message",
      role: "assistant",
      model: "m",
      content: [{ type: "text", text: "hello" }],
      stop_reason: "end_turn",
    });
  });

  test("Ollama's dialect", async () => {
    await using fixture = await startBridge(({ response }) => response.end(ollamaText("hello")), {
      provider: "ollama",
    });
    const response = await fixture.post();
    expect(await response.json()).toMatchObject({ content: [{ type: "text", text: "hello" }] });
    expect(fixture.upstream.chats()[0]?.path).toBe("/api/chat");
  });
});

describe("authentication", () => {
  const options = { authToken: "front-canary" };

  test.each([{ "x-api-key": "front-canary" }, { authorization: "Bearer front-canary" }])(
    "%j",
    async (headers) => {
      await using fixture = await startBridge(answerText, options);
      expect((await fixture.post(REQUEST, { headers })).status).toBe(200);
      expect(JSON.stringify(fixture.upstream.requests.map((request) => request.headers))).not.toContain(
        "front-canary",
      );
    },
  );

  test.each([
    ["POST", "/v1/messages"],
    ["POST", "/v1/messages/count_tokens"],
    ["GET", "/v1/models"],
    ["GET", "/v1/models/m"],
  ])("%s %s without a credential, whatever the body", async (method, path) => {
    await using fixture = await startBridge(answerText, options);
    const init = method === "POST" ? { method, body: "{".repeat(1_000_000) } : { method };
    await expectEnvelope(await fetch(fixture.url + path, init), 401, "authentication_error");
    expect(fixture.upstream.requests).toHaveLength(0);
  });

  test("is decided before the body has arrived", async () => {
    await using fixture = await startBridge(answerText, options);
    const socket = connect(Number(new URL(fixture.url).port), "127.0.0.1");
    socket.write("POST /v1/messages HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n{");
    const [head] = (await once(socket, "data")) as [Buffer];
    socket.destroy();
    expect(head.toString()).toMatch(/^HTTP\/1\.1 401 /);
  });
});

describe("routes", () => {
  test.each([
    ["HEAD", "/", 200],
    ["HEAD", "/api/hello", 200],
    ["GET", "/health", 200],
    ["OPTIONS", "/v1/messages", 204],
    ["GET", "/v1/models/m", 200],
  ])("%s %s is %i", async (method, path, status) => {
    await using fixture = await startBridge(answerText);
    const response = await fetch(fixture.url + path, { method });
    expect(response.status).toBe(status);
    expect(response.headers.get("request-id")).toMatch(/^req_\w{20,}$/);
  });

  test.each([
    ["GET", "/v1/messages", 405, "invalid_request_error"],
    ["PUT", "/v1/messages", 405, "invalid_request_error"],
    ["POST", "/v1/nope", 404, "not_found_error"],
    ["GET", "/v1/models/nope", 404, "not_found_error"],
  ])("%s %s is %i", async (method, path, status, type) => {
    await using fixture = await startBridge(answerText);
    const response = await fetch(fixture.url + path, { method });
    expect(response.headers.get("x-should-retry")).not.toBe("true");
    expect(response.headers.has("allow")).toBe(status === 405);
    await expectEnvelope(response, status, type);
  });

  test("the model list has the configured model while the upstream is down", async () => {
    await using fixture = await startBridge(answerText);
    await fixture.upstream.close();
    const response = await fetch(`${fixture.url}/v1/models?limit=1000`);
    const model = {
      type: "model",
      id: "m",
      display_name: "m",
      created_at: expect.stringMatching(/^\d{4}-.*Z$/),
    };
    expect(await response.json()).toMatchObject({
      data: [model, { ...model, id: `claude-${model.id}` }],
      has_more: false,
      first_id: "m",
      last_id: "claude-m",
    });
  });

  test("tokens are counted without the upstream", async () => {
    await using fixture = await startBridge(answerText);
    const { max_tokens: _, ...body } = REQUEST;
    const response = await fetch(`${fixture.url}/v1/messages/count_tokens?beta=true`, {
      method: "POST",
      body: JSON.stringify(body),
    });
    expect(await response.json()).toEqual({
      input_tokens: expect.toSatisfy((n: number) => Number.isInteger(n) && n > 0),
    });
    expect(fixture.upstream.chats()).toHaveLength(0);
  });
});

describe("bodies", () => {
  test("gzip, and no content type", async () => {
    await using fixture = await startBridge(answerText);
    const response = await fixture.post(REQUEST, {
      headers: { "content-encoding": "gzip" },
      body: gzipSync(JSON.stringify(REQUEST)),
    });
    expect(response.status).toBe(200);
  });

  test("one that is too large is refused in words the client can read", async () => {
    await using fixture = await startBridge(answerText);
    const piece = new Uint8Array(1024 * 1024).fill(32);
    let pieces = 0;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => (pieces++ < 40 ? controller.enqueue(piece) : controller.close()),
    });
    const response = await fixture.post(REQUEST, { body, duplex: "half" });
    await expectEnvelope(response, 413, "request_too_large");
    const declared = await fixture.post(REQUEST, { body: new Uint8Array(33 * 1024 * 1024) });
    await expectEnvelope(declared, 413, "request_too_large");
    expect((await fixture.post()).status).toBe(200);
  });

  test("the refusal waits for a client that reads only after it has sent everything", async () => {
    await using fixture = await startBridge(answerText);
    const length = 40 * 1024 * 1024;
    const socket = connect(Number(new URL(fixture.url).port), "127.0.0.1").pause();
    socket.write("POST /v1/messages HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n");
    socket.write(`${length.toString(16)}\r\n`);
    await new Promise((resolve) => socket.write(Buffer.alloc(length, 32), resolve));
    const [head] = (await once(socket.resume(), "data")) as [Buffer];
    socket.destroy();
    expect(head.toString()).toMatch(/^HTTP\/1\.1 413 /);
  });

  test("one that is not JSON, one that breaks a rule, and one for an unknown version", async () => {
    await using fixture = await startBridge(answerText);
    await expectEnvelope(await fixture.post(REQUEST, { body: "{" }), 400, "invalid_request_error");
    const message = await expectEnvelope(
      await fixture.post({ ...REQUEST, messages: [{ role: "robot", content: "hi" }] }),
      400,
      "invalid_request_error",
    );
    expect(message).toMatch(/^messages\.0\.role: /);
    const response = await fixture.post(REQUEST, { headers: { "anthropic-version": "1999-01-01" } });
    expect(response.headers.get("x-bridge-notes")).toBe("unknown-api-version");
    const newer = { "anthropic-version": "2026-10-21" };
    const sampling = await fixture.post({ ...REQUEST, temperature: 1 }, { headers: newer });
    expect(await expectEnvelope(sampling, 400, "invalid_request_error")).toMatch(/^temperature: /);
    expect(fixture.upstream.chats()).toHaveLength(1);
  });
});

test("neither the client's credential nor its headers travel upstream; the recorder's mark does", async () => {
  await using fixture = await startBridge(answerText, { apiKey: "back-key" });
  const headers = {
    "x-api-key": "front",
    "anthropic-version": "2023-06-01",
    "anthropic-beta": "x-1",
    "x-claude-code-session-id": "s",
    "x-bridge-exchange": "e-7",
    "user-agent": "claude-cli",
  };
  await (await fixture.post(REQUEST, { headers })).text();
  const sent = fixture.upstream.chats()[0]?.headers ?? {};
  expect(sent).toMatchObject({ authorization: "Bearer back-key", "x-bridge-exchange": "e-7" });
  expect(Object.keys(sent).filter((name) => /anthropic|claude|stainless|x-api-key/.test(name))).toEqual([]);
  expect(sent["user-agent"]).not.toContain("claude-cli");
});

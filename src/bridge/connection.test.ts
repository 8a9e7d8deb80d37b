import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, expect, test, vi } from "vitest";
import { REQUEST, startBridge } from "../testing/bridge-fixture.ts";
import { chunk, sse, startEvents, textStream, type FakeRequest } from "../testing/fake-upstream.ts";

const STREAM = { ...REQUEST, stream: true };
const answerText = (request: FakeRequest): unknown => startEvents(request).end(textStream("hello"));

function open(url: string): Socket {
  return connect(Number(new URL(url).port), "127.0.0.1");
}

function post(path: string, body: object | string): string {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
}

/** Reads until the text matches. */
async function readUntil(socket: Socket, pattern: RegExp): Promise<string> {
  let text = "";
  while (!pattern.test(text)) {
    const [bytes] = (await once(socket, "data")) as [Buffer];
    text += bytes.toString();
  }
  return text;
}

describe("one connection", () => {
  test("serves streams, errors and whole answers one after the other", async () => {
    await using fixture = await startBridge(answerText);
    const socket = open(fixture.url);
    for (let round = 0; round < 10; round++) {
      socket.write(post("/v1/messages", STREAM));
      expect(await readUntil(socket, /\r\n0\r\n\r\n$/)).toContain("message_stop");
      socket.write(post("/v1/nope", REQUEST));
      expect(await readUntil(socket, /\}$/)).toMatch(/^HTTP\/1\.1 404 /);
      socket.write(post("/v1/messages", "{"));
      expect(await readUntil(socket, /\}$/)).toMatch(/^HTTP\/1\.1 400 /);
      socket.write(post("/v1/messages", REQUEST));
      expect(await readUntil(socket, /\}$/)).toContain('"text":"hello"');
    }
    socket.destroy();
  });

  test("answers pipelined requests in order", async () => {
    await using fixture = await startBridge(answerText);
    const socket = open(fixture.url);
    socket.write(post("/v1/messages", STREAM) + post("/v1/nope", "{}") + post("/v1/messages", REQUEST));
    const text = await readUntil(socket, /(?:HTTP\/1\.1 .*){3}\}$/s);
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 404", "HTTP/1.1 200"]);
    socket.destroy();
  });

  test("takes a body byte by byte, announced with Expect", async () => {
    await using fixture = await startBridge(answerText);
    const socket = open(fixture.url).setNoDelay();
    const [head = "", body = ""] = post("/v1/messages", REQUEST).split("\r\n\r\n");
    socket.write(`${head}\r\nexpect: 100-continue\r\n\r\n`);
    await readUntil(socket, /^HTTP\/1\.1 100 /);
    for (const character of body) socket.write(character);
    expect(await readUntil(socket, /\}$/)).toMatch(/^HTTP\/1\.1 200 /);
    socket.destroy();
  });

  test.each(["whole", "streamed"])("a client that closes its sending side has left: %s", async (kind) => {
    await using fixture = await startBridge(() => undefined);
    const socket = open(fixture.url);
    const closed = once(socket, "close");
    socket.write(post("/v1/messages", kind === "whole" ? REQUEST : STREAM));
    await vi.waitFor(() => expect(fixture.upstream.chats()).toHaveLength(1));
    socket.end();
    socket.resume();
    await fixture.upstream.chats()[0]?.closed;
    await closed;
    expect(fixture.bridge.metrics.clientsGone).toBe(1);
  });

  test("HTTP/1.0 gets its answer and a close", async () => {
    await using fixture = await startBridge(answerText);
    const socket = open(fixture.url);
    const closed = once(socket, "close");
    socket.write(post("/v1/messages", STREAM).replace("HTTP/1.1", "HTTP/1.0"));
    expect(await readUntil(socket, /message_stop"\}\n\n$/)).toMatch(/^HTTP\/1\.1 200 /);
    await closed;
  });

  test("what is not HTTP is refused", async () => {
    await using fixture = await startBridge(answerText);
    const socket = open(fixture.url);
    const closed = once(socket, "close");
    socket.write("nonsense\r\n\r\n");
    const text = await readUntil(socket, /\}$/);
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(JSON.parse(text.slice(text.indexOf("{")))).toMatchObject({
      type: "error",
      error: { type: "invalid_request_error" },
      request_id: expect.stringMatching(/^req_/),
    });
    await closed;
  });
});

test("clients that come and go leave nothing behind", async () => {
  await using fixture = await startBridge((request) =>
    startEvents(request).write(sse(chunk({ content: "x" }))),
  );
  for (let round = 0; round < 30; round++) {
    const socket = open(fixture.url);
    socket.write(post("/v1/messages", round % 2 === 0 ? STREAM : REQUEST));
    await expect.poll(() => fixture.upstream.chats().length).toBe(round + 1);
    if (round % 4 === 0) await readUntil(socket, /text_delta/);
    if (round % 3 === 0) socket.resetAndDestroy();
    else socket.destroy();
  }
  await Promise.all(fixture.upstream.chats().map((request) => request.closed));
  await expect.poll(() => fixture.bridge.metrics).toMatchObject({ active: 0, clientsGone: 30, errors: 0 });
});

function tool(name: string, schema: string): string {
  return `{"name":${JSON.stringify(name)},"description":"","input_schema":${schema}}`;
}

function request(tools: string): string {
  return JSON.stringify(REQUEST).replace(/\}$/, `,"tools":[${tools}]}`);
}

describe("hostile JSON", () => {
  const deep = `${'{"type":"object","properties":{"a":'.repeat(10_000)}{}${"}}".repeat(10_000)}`;

  test.each([
    ["deep nesting", request(tool("T", deep))],
    [
      "__proto__ keys",
      request(tool("T", '{"type":"object","__proto__":{"polluted":true},"constructor":{"prototype":{}}}')),
    ],
    [
      "tools named like methods",
      request(["toString", "constructor", "__proto__"].map((name) => tool(name, '{"type":"object"}')).join()),
    ],
    [
      "a hundred thousand keys",
      request(
        tool("T", `{"type":"object",${Array.from({ length: 100_000 }, (_, n) => `"k${n}":1`).join()}}`),
      ),
    ],
    ["huge numbers", request(tool("T", '{"type":"object","maximum":1e999999,"minimum":-0}'))],
  ])("%s is answered or refused, and the next request works", async (_name, body) => {
    await using fixture = await startBridge(answerText);
    const response = await fixture.post({}, { body });
    expect([200, 400]).toContain(response.status);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect((await fixture.post()).status).toBe(200);
  });
});

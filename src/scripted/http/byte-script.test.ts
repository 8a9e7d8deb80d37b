import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { parseHttpCapture } from "../../wire/http1.ts";
import type { ScriptedServer } from "../options.ts";
import type { ByteScript } from "../script.ts";
import { startScripted } from "../server.ts";

let server: ScriptedServer;

beforeAll(async () => {
  server = await startScripted({ builtins: false });
});
beforeEach(() => server.reset());
afterAll(() => server.close());

const OLLAMA = "/api/chat";
const OPENAI = "/v1/chat/completions";

interface Outcome {
  bytes: Buffer;
  reads: string[];
  /** An error code, or `end` for a FIN. */
  end: string;
}

async function open(path: string, body: object): Promise<Socket> {
  const socket = connect(server.port, "127.0.0.1");
  await once(socket, "connect");
  const text = JSON.stringify(body);
  socket.write(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${text.length}\r\n\r\n${text}`);
  return socket;
}

async function run(script: ByteScript, path = OLLAMA, body: object = { stream: true }): Promise<Outcome> {
  server.enqueue(script);
  const socket = await open(path, body);
  const reads: Buffer[] = [];
  socket.on("data", (data) => {
    reads.push(data);
    const whole = Buffer.concat(reads);
    if (whole.includes("\r\n\r\n") && parseHttpCapture(whole).complete) socket.end();
  });
  const end = await new Promise<string>((resolve) => {
    socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "error"));
    socket.on("end", () => resolve("end"));
  });
  return { bytes: Buffer.concat(reads), reads: reads.map(String), end };
}

test.each([
  [OLLAMA, { stream: true }, "application/x-ndjson"],
  [OLLAMA, {}, "application/x-ndjson"],
  [OLLAMA, { stream: false }, "application/json"],
  [OPENAI, { stream: true }, "text/event-stream"],
  [OPENAI, {}, "application/json"],
])("%s %j answers 200 %s by default", async (path, body, type) => {
  const { status, headers, body: sent } = parseHttpCapture((await run([{ write: "x" }], path, body)).bytes);
  expect(status).toBe(200);
  expect(new Map(headers).get("Content-Type")).toBe(type);
  expect(Buffer.from(sent).toString()).toBe("x");
});

test("status, headers and base64 are sent as written", async () => {
  const script: ByteScript = [
    { status: 529, headers: { "retry-after": "7" } },
    { b64: "/w==" },
    { fin: true },
  ];
  const { status, headers, body } = parseHttpCapture((await run(script)).bytes);
  expect(status).toBe(529);
  expect(headers).toContainEqual(["retry-after", "7"]);
  expect([...body]).toEqual([255]);
});

test("a cut ends the connection inside the body", async () => {
  const { bytes, end } = await run([{ write: "half" }, { cut: true }]);
  const { body, complete } = parseHttpCapture(bytes);
  expect([Buffer.from(body).toString(), complete, end]).toEqual(["half", false, "end"]);
});

test("a reset is a reset, and comes behind what was written", async () => {
  const { bytes, end } = await run([{ write: "half" }, { rst: true }]);
  expect(end).toBe("ECONNRESET");
  expect(Buffer.from(parseHttpCapture(bytes).body).toString()).toBe("half");
});

test("a reset before the head leaves nothing", async () => {
  const { bytes, end } = await run([{ rst: true }]);
  expect([bytes.length, end]).toEqual([0, "ECONNRESET"]);
});

test("a split reaches the peer in separate reads", async () => {
  const { reads, bytes } = await run([{ write: "abcdef", split: "every:2" }]);
  expect(parseHttpCapture(bytes).chunks.map(String)).toEqual(["ab", "cd", "ef"]);
  expect(reads.length).toBeGreaterThanOrEqual(3);
});

test("a stall ends when the peer leaves, and the log says who left", async () => {
  server.enqueue([{ write: "x" }, { stall: true }]);
  const socket = await open(OLLAMA, { stream: true });
  await once(socket, "data");
  expect(server.requests.at(-1)?.closedBy).toBeNull();
  socket.destroy();
  await expect.poll(() => server.requests.at(-1)?.closedBy).toBe("peer");
});

test("a wait ends early when the peer leaves", async () => {
  server.enqueue([{ write: "x" }, { wait: 60_000 }, { write: "y" }]);
  const socket = await open(OLLAMA, { stream: true });
  await once(socket, "data");
  socket.destroy();
  await expect.poll(() => server.requests.at(-1)?.closedBy).toBe("peer");
});

test("scripts are played once each, in order, to chat routes only", async () => {
  server.enqueue([{ write: "1" }], (request) => [{ write: `${request.n} ${request.path}` }]);
  await fetch(`${server.url}/api/version`);
  const post = async (): Promise<string> =>
    (await fetch(server.url + OLLAMA, { method: "POST", body: '{"model":"scripted","messages":[]}' })).text();
  expect(await post()).toBe("1");
  expect(await post()).toBe("3 /api/chat");
  expect(await post()).toContain('"done_reason":"load"');
});

import { afterEach, describe, expect, test } from "vitest";
import { startFakeUpstream, type FakeRequest, type FakeUpstream } from "../testing/fake-upstream.ts";
import { untilSettled } from "../testing/until-settled.ts";
import { resolveSettings } from "./options.ts";
import { UpstreamBroken } from "./upstream-body.ts";
import { createUpstreamClient, UpstreamUnreachable, type UpstreamClient } from "./upstream-client.ts";

const CHAT = { method: "POST", path: "/chat/completions", body: '{"x":1}' } as const;
const NEVER = new AbortController().signal;

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function setup(answer: (request: FakeRequest) => unknown): Promise<[FakeUpstream, UpstreamClient]> {
  const upstream = await startFakeUpstream(answer);
  const client = clientFor(upstream.url);
  cleanups.push(
    () => client.close(),
    () => upstream.close(),
  );
  return [upstream, client];
}

function clientFor(baseUrl: string): UpstreamClient {
  return createUpstreamClient(
    resolveSettings({ provider: "openai", baseUrl: `${baseUrl}/v1`, model: "m", apiKey: "K" }),
  );
}

test("sends its own credential, the recorder's mark, and nothing that is not needed", async () => {
  const [upstream, client] = await setup(({ response }) => response.end("hello"));
  const answer = await client.send(CHAT, { signal: NEVER, exchange: "e-1" });
  expect(Buffer.from((await answer.body.next()) ?? []).toString()).toBe("hello");
  expect(await answer.body.next()).toBeNull();
  const { path, headers, body } = upstream.requests[0] as FakeRequest;
  expect({ path, body }).toEqual({ path: "/v1/chat/completions", body: '{"x":1}' });
  expect(headers).toMatchObject({
    authorization: "Bearer K",
    "x-bridge-exchange": "e-1",
    "accept-encoding": "identity",
  });
});

test("a slow reader holds the upstream back", async () => {
  const total = 40 * 1024 * 1024;
  let sent = 0;
  const [, client] = await setup(({ response }) => {
    const piece = Buffer.alloc(64 * 1024);
    const fill = (): void => {
      while (sent < total) {
        sent += piece.length;
        if (!response.write(piece)) return void response.once("drain", fill);
      }
      response.end();
    };
    fill();
  });
  const { body } = await client.send(CHAT, { signal: NEVER, exchange: undefined });
  expect(await untilSettled(() => sent)).toBeLessThan(total);
  let received = 0;
  for (let bytes = await body.next(); bytes !== null; bytes = await body.next()) received += bytes.byteLength;
  expect(received).toBe(total);
});

describe("faults", () => {
  test("a refused connection", async () => {
    const [upstream] = await setup(() => undefined);
    await upstream.close();
    const client = clientFor(upstream.url);
    cleanups.push(() => client.close());
    const sending = client.send(CHAT, { signal: NEVER, exchange: undefined });
    await expect(sending).rejects.toBeInstanceOf(UpstreamUnreachable);
    await expect(sending).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  test.each<[string, (request: FakeRequest) => void]>([
    ["closed before the head", ({ socket }) => socket.destroy()],
    ["reset before the head", ({ socket }) => socket.resetAndDestroy()],
  ])("%s", async (_name, answer) => {
    const [, client] = await setup(answer);
    await expect(client.send(CHAT, { signal: NEVER, exchange: undefined })).rejects.toBeInstanceOf(
      UpstreamUnreachable,
    );
  });

  test.each<[string, string, (request: FakeRequest) => void]>([
    ["closed in the body", "", ({ socket }) => socket.end()],
    ["reset in the body", "", ({ socket }) => socket.resetAndDestroy()],
    ["a bad chunk size", "zz\r\n", () => undefined],
  ])("%s", async (_name, tail, then) => {
    const [, client] = await setup((request) => {
      const head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n";
      request.socket.write(head + tail, () => setTimeout(() => then(request), 20));
    });
    const { body } = await client.send(CHAT, { signal: NEVER, exchange: undefined });
    const reading = async (): Promise<void> => {
      while ((await body.next()) !== null);
    };
    await expect(reading()).rejects.toBeInstanceOf(UpstreamBroken);
  });
});

describe("abort", () => {
  test("before the head closes the upstream connection", async () => {
    const arrived = Promise.withResolvers<FakeRequest>();
    const [, client] = await setup((request) => arrived.resolve(request));
    const abort = new AbortController();
    const sending = client.send(CHAT, { signal: abort.signal, exchange: undefined });
    const request = await arrived.promise;
    abort.abort(new Error("client gone"));
    await expect(sending).rejects.toThrow("client gone");
    await request.closed;
  });

  test("in the body rejects the read and closes the upstream connection", async () => {
    const arrived = Promise.withResolvers<FakeRequest>();
    const [, client] = await setup((request) => {
      request.response.write("x");
      arrived.resolve(request);
    });
    const abort = new AbortController();
    const { body } = await client.send(CHAT, { signal: abort.signal, exchange: undefined });
    await body.next();
    const reading = body.next();
    abort.abort(new Error("client gone"));
    await expect(reading).rejects.toThrow("client gone");
    await (
      await arrived.promise
    ).closed;
  });

  test("beforehand sends nothing", async () => {
    const [upstream, client] = await setup(({ response }) => response.end());
    await expect(
      client.send(CHAT, { signal: AbortSignal.abort(new Error("no")), exchange: undefined }),
    ).rejects.toThrow("no");
    expect(upstream.requests).toHaveLength(0);
  });
});

test("a finished body lets the connection be used again", async () => {
  const [upstream, client] = await setup(({ response }) => {
    response.write("first");
    setTimeout(() => response.end("rest"), 30);
  });
  for (const _ of [1, 2]) {
    const { body } = await client.send(CHAT, { signal: NEVER, exchange: undefined });
    await body.next();
    body.finish(5_000);
    await upstream.requests.at(-1)?.closed;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(upstream.requests[0]?.socket.remotePort).toBe(upstream.requests[1]?.socket.remotePort);
});

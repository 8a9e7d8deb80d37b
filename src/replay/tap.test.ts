import { createServer, type RequestListener } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { request as undiciRequest } from "undici";
import { expect, onTestFinished, test } from "vitest";
import { startTap, type Tap, type TapOptions } from "./tap.ts";

async function upstream(listener: RequestListener): Promise<URL> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

async function tapOn(listener: RequestListener, options: Partial<TapOptions> = {}): Promise<Tap> {
  const tap = await startTap({ upstream: await upstream(listener), hop: "front", ...options });
  onTestFinished(() => tap.close());
  return tap;
}

const text = (tap: Tap, n = 0): string =>
  Buffer.concat(tap.exchanges[n]?.response.chunks.map(({ bytes }) => bytes) ?? []).toString();

test("a stream passes while it is recorded", async () => {
  const first = Promise.withResolvers<void>();
  const tap = await tapOn((_, answer) => {
    answer.write("data: one\n\n");
    void first.promise.finally(() => answer.end("data: two\n\n"));
  });
  const { body } = await undiciRequest(`${tap.url}/v1/messages?beta=true`, { method: "POST", body: "{}" });
  const seen: string[] = [];
  for await (const chunk of body) {
    seen.push(String(chunk));
    first.resolve();
  }
  await tap.idle();
  expect(seen).toEqual(["data: one\n\n", "data: two\n\n"]);
  expect(tap.exchanges[0]).toMatchObject({
    n: 1,
    exchangeId: "0001",
    method: "POST",
    path: "/v1/messages?beta=true",
    response: { status: 200, end: "complete" },
  });
  expect(tap.exchanges[0]?.response.chunks).toHaveLength(2);
  expect(Buffer.from(tap.exchanges[0]?.request.body ?? []).toString()).toBe("{}");
});

test("the front tap marks what it forwards, the back tap reads the mark", async () => {
  const back = await tapOn((_, answer) => answer.end("ok"), { hop: "back" });
  const front = await startTap({ upstream: new URL(back.url), hop: "front" });
  onTestFinished(() => front.close());
  for (const path of ["/a", "/b"]) await (await undiciRequest(front.url + path)).body.dump();
  await (await undiciRequest(`${back.url}/c`)).body.dump();
  expect(back.exchanges.map(({ exchangeId, path }) => [exchangeId, path])).toEqual([
    ["0001", "/a"],
    ["0002", "/b"],
    [null, "/c"],
  ]);
});

test.each([
  ["rst", (socket: { resetAndDestroy(): void }) => socket.resetAndDestroy(), "ECONNRESET"],
  ["fin", (socket: { end(): void }) => socket.end(), "other side closed"],
] as const)(
  "an upstream that ends by %s is recorded, and the client sees the same",
  async (end, cut, message) => {
    const tap = await tapOn((_, answer) => {
      answer.write("data: half", () => setTimeout(() => answer.socket && cut(answer.socket), 20));
    });
    const { body } = await undiciRequest(tap.url);
    await expect(body.text()).rejects.toThrow(message);
    await tap.idle();
    expect(tap.exchanges[0]?.response).toMatchObject({ status: 200, end });
    expect(text(tap)).toBe("data: half");
  },
);

test("a connection that dies before any answer has no status", async () => {
  const tap = await tapOn((incoming) => incoming.socket.resetAndDestroy());
  await expect(undiciRequest(tap.url)).rejects.toThrow("ECONNRESET");
  await tap.idle();
  expect(tap.exchanges[0]?.response).toMatchObject({ status: null, end: "rst" });
});

test("a client that leaves is recorded with the bytes it had, and the upstream is let go", async () => {
  const left = Promise.withResolvers<void>();
  const tap = await tapOn((_, answer) => {
    answer.write("12345");
    answer.on("close", left.resolve);
  });
  const { port } = tap;
  const socket = connect(port, "127.0.0.1");
  socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
  await new Promise((resolve) => socket.once("data", resolve));
  socket.destroy();
  await tap.idle();
  await left.promise;
  expect(tap.exchanges[0]?.response.end).toBe("client-abort@5");
});

test("closing the tap cuts what is open", async () => {
  const tap = await tapOn((_, answer) => answer.write("12345"));
  const { body } = await undiciRequest(tap.url);
  setTimeout(() => void tap.close(), 20);
  await expect(body.text()).rejects.toThrow("other side closed");
  await tap.idle();
  expect(tap.exchanges[0]?.response.end).toBe("harness-cut");
});

test("bodies are asked for uncompressed, HEAD has none, errors pass as they are", async () => {
  const tap = await tapOn((incoming, answer) => {
    expect(incoming.headers["accept-encoding"]).toBe("identity");
    answer
      .writeHead(incoming.method === "HEAD" ? 404 : 529, { "retry-after": "1" })
      .end(incoming.method === "HEAD" ? undefined : "busy");
  });
  const head = await undiciRequest(`${tap.url}/api/hello`, { method: "HEAD" });
  const busy = await undiciRequest(tap.url, { headers: { "accept-encoding": "gzip" } });
  expect([head.statusCode, busy.statusCode, busy.headers["retry-after"], await busy.body.text()]).toEqual([
    404,
    529,
    "1",
    "busy",
  ]);
});

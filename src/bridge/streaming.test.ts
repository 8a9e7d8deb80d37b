import { describe, expect, test } from "vitest";
import { untilSettled } from "../testing/until-settled.ts";
import { eventNames, readEvents, REQUEST, startBridge } from "../testing/bridge-fixture.ts";
import {
  chunk,
  ollamaLine,
  ollamaText,
  sse,
  startEvents,
  textStream,
  type FakeRequest,
} from "../testing/fake-upstream.ts";

const STREAM = { ...REQUEST, stream: true };

async function readUntil(
  response: Response,
  text: string,
): Promise<[string, ReadableStreamDefaultReader<Uint8Array>]> {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let seen = "";
  while (!seen.includes(text)) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`ended without ${text}: ${seen}`);
    seen += decoder.decode(value, { stream: true });
  }
  return [seen, reader];
}

test("a whole stream, with the headers of one", async () => {
  await using fixture = await startBridge((request) => startEvents(request).end(textStream("hello")));
  const response = await fixture.post(STREAM);
  expect(response.headers.get("content-type")).toMatch(/^text\/event-stream/);
  expect(response.headers.get("cache-control")).toBe("no-cache");
  expect(response.headers.has("content-length")).toBe(false);
  expect(response.headers.has("content-encoding")).toBe(false);
  const text = await response.text();
  expect(eventNames(text)).toEqual([
    "message_start",
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
  ]);
});

test("each piece leaves as it comes", async () => {
  const arrived = Promise.withResolvers<FakeRequest>();
  await using fixture = await startBridge((request) => {
    startEvents(request).write(sse(chunk({ content: "first" })));
    arrived.resolve(request);
  });
  const [, reader] = await readUntil(await fixture.post(STREAM), "first");
  (await arrived.promise).response.end(sse(chunk({ content: "second" }), chunk({}, "stop"), "[DONE]"));
  const rest = new TextDecoder().decode((await reader.read()).value);
  expect(rest).toContain("second");
});

test("one upstream read is one write", async () => {
  const words = Array.from({ length: 50 }, (_, n) => chunk({ content: `w${n} ` }));
  await using fixture = await startBridge((request) =>
    startEvents(request).end(sse(...words, chunk({}, "stop"), "[DONE]")),
  );
  const response = await fixture.bridge.fetch(
    new Request("http://bridge/v1/messages", { method: "POST", body: JSON.stringify(STREAM) }),
  );
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  let writes = 0;
  while (!(await reader.read()).done) writes++;
  expect(writes).toBeLessThanOrEqual(3);
});

test("the stream ends with the answer, not with the upstream's connection", async () => {
  await using fixture = await startBridge((request) => startEvents(request).write(textStream("hello")));
  const text = await (await fixture.post(STREAM)).text();
  expect(eventNames(text).at(-1)).toBe("message_stop");
  await fixture.upstream.chats()[0]?.closed;
});

test.each(["ollama", "openai"] as const)(
  "an upstream whose end comes after its answer keeps its connection (%s)",
  async (provider) => {
    const answer = provider === "openai" ? textStream("hello") : ollamaText("hello");
    await using fixture = await startBridge(({ response }) => void response.write(answer), { provider });
    await (await fixture.post(STREAM)).text();
    const [chat] = fixture.upstream.chats();
    chat?.response.end();
    await chat?.closed;
    expect(chat?.response.writableFinished).toBe(true);
    expect(chat?.socket.destroyed).toBe(false);
  },
);

test("a stop sequence cancels the upstream at once", async () => {
  await using fixture = await startBridge((request) =>
    startEvents(request).write(sse(chunk({ content: "a STOP b" }))),
  );
  const text = await (await fixture.post({ ...STREAM, stop_sequences: ["STOP"] })).text();
  expect(readEvents(text).at(-2)?.data["delta"]).toMatchObject({
    stop_reason: "stop_sequence",
    stop_sequence: "STOP",
  });
  await fixture.upstream.chats()[0]?.closed;
});

describe("silence", () => {
  test("before the first token: the stream is opened after the grace period and kept alive", async () => {
    const arrived = Promise.withResolvers<FakeRequest>();
    const options = { graceMs: 30, pingEveryMs: 30 };
    await using fixture = await startBridge((request) => arrived.resolve(request), options);
    const response = await fixture.post(STREAM);
    const [seen, reader] = await readUntil(response, ": waiting for the model\n\n: waiting");
    expect(seen).not.toContain("event:");
    startEvents(await arrived.promise).end(textStream("hello"));
    let rest = "";
    for (let read = await reader.read(); !read.done; read = await reader.read())
      rest += new TextDecoder().decode(read.value);
    expect(eventNames(rest).find((name) => name !== "ping")).toBe("message_start");
    expect(eventNames(rest).at(-1)).toBe("message_stop");
  });

  test("after it: pings, also while nothing can be told", async () => {
    await using fixture = await startBridge(
      (request) => startEvents(request).write(sse(chunk({ content: "x" }))),
      {
        pingEveryMs: 30,
      },
    );
    const [seen] = await readUntil(
      await fixture.post(STREAM),
      'event: ping\ndata: {"type":"ping"}\n\nevent: ping',
    );
    expect(eventNames(seen)[0]).toBe("message_start");
  });

  test.each([
    ["before the first byte", { headersTimeoutMs: 80 }, (): unknown => undefined],
    [
      "between headers and the first byte",
      { headersTimeoutMs: 80 },
      (request: FakeRequest): unknown => startEvents(request).flushHeaders(),
    ],
  ])("too long %s is a 504", async (_name, options, answer) => {
    await using fixture = await startBridge(answer, options);
    const response = await fixture.post(STREAM);
    expect(response.status).toBe(504);
    expect(await response.json()).toMatchObject({ error: { type: "timeout_error" } });
    await fixture.upstream.chats()[0]?.closed;
  });

  test("too long in the middle is an error event, and the upstream is given up", async () => {
    await using fixture = await startBridge(
      (request) => startEvents(request).write(sse(chunk({ content: "x" }))),
      {
        idleTimeoutMs: 80,
      },
    );
    const events = readEvents(await (await fixture.post(STREAM)).text());
    expect(events.at(-1)).toMatchObject({ event: "error", data: { error: { type: "timeout_error" } } });
    expect(events.map(({ event }) => event)).not.toContain("message_stop");
    await fixture.upstream.chats()[0]?.closed;
  });
});

describe("the client leaves", () => {
  test.each([
    ["before any byte", { ...STREAM }, (): unknown => undefined],
    [
      "without streaming",
      { ...REQUEST },
      (request: FakeRequest): unknown => startEvents(request).write(sse(chunk({ content: "x" }))),
    ],
  ])("%s", async (_name, body, answer) => {
    const arrived = Promise.withResolvers<FakeRequest>();
    await using fixture = await startBridge((request) => {
      answer(request);
      arrived.resolve(request);
    });
    const abort = new AbortController();
    const posting = fixture.post(body, { signal: abort.signal });
    const request = await arrived.promise;
    abort.abort();
    await expect(posting).rejects.toThrow(/abort/i);
    await request.closed;
  });

  test.each(["ollama", "openai"] as const)("in the middle of a text (%s)", async (provider) => {
    const line = provider === "openai" ? sse(chunk({ content: "x" })) : ollamaLine("x");
    await using fixture = await startBridge((request) => request.response.write(line), { provider });
    const abort = new AbortController();
    await readUntil(await fixture.post(STREAM, { signal: abort.signal }), "text_delta");
    abort.abort();
    await fixture.upstream.chats()[0]?.closed;
    await expect.poll(() => fixture.bridge.metrics).toMatchObject({ active: 0, clientsGone: 1, errors: 0 });
  });
});

test("a slow client holds the upstream back, and still gets everything", async () => {
  const text = "x".repeat(1000);
  const total = 20_000;
  let sent = 0;
  await using fixture = await startBridge(async ({ response }) => {
    for (; sent < total; sent++) {
      if (!response.write(sse(chunk({ content: text }))))
        await new Promise((resolve) => response.once("drain", resolve));
    }
    response.end(sse(chunk({}, "stop"), "[DONE]"));
  });
  const response = await fixture.post(STREAM);
  expect(await untilSettled(() => sent)).toBeLessThan(total);
  const events = readEvents(await response.text());
  const received = events.reduce(
    (sum, { data }) => sum + ((data["delta"] as { text?: string })?.text?.length ?? 0),
    0,
  );
  expect(received).toBe(total * text.length);
});

test("64 streams at once do not mix, though a third leave and some fail", async () => {
  await using fixture = await startBridge(async (request) => {
    const { messages } = JSON.parse(request.body) as { messages: { content: string }[] };
    const name = messages.at(-1)?.content ?? "";
    const response = startEvents(request);
    for (let n = 0; n < 5; n++) {
      response.write(sse(chunk({ content: `${name}.` })));
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
    }
    if (name.endsWith("-fail")) response.end(sse({ error: { message: name } }));
    else response.end(sse(chunk({}, "stop"), "[DONE]"));
  });
  const run = async (n: number): Promise<void> => {
    const name = `stream-${n}${n % 7 === 0 ? "-fail" : ""}`;
    const abort = new AbortController();
    const response = await fixture.post(
      { ...STREAM, messages: [{ role: "user", content: name }] },
      { signal: abort.signal },
    );
    if (n % 3 === 1) return abort.abort();
    const text = await response.text();
    const foreign = [...text.matchAll(/stream-\d+(?:-fail)?/g)].filter(([word]) => word !== name);
    expect(foreign).toEqual([]);
    expect(eventNames(text).at(-1)).toBe(n % 7 === 0 ? "error" : "message_stop");
  };
  await Promise.all(Array.from({ length: 64 }, (_, n) => run(n)));
  await expect.poll(() => fixture.bridge.metrics.active).toBe(0);
});

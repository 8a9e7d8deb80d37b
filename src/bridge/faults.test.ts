import { describe, expect, test } from "vitest";
import { readEvents, REQUEST, startBridge } from "../testing/bridge-fixture.ts";
import { chunk, sse, startEvents, type FakeRequest } from "../testing/fake-upstream.ts";

const STREAM = { ...REQUEST, stream: true };
const MODES = [
  ["streamed", STREAM],
  ["whole", REQUEST],
] as const;

const TOOL = {
  name: "Bash",
  description: "",
  input_schema: { type: "object", properties: { command: { type: "string" } } },
};

/** Sends raw HTTP bytes, waits until they are likely read, then does the rest. */
function raw(
  bytes: string | Uint8Array,
  then: (request: FakeRequest) => void,
): (request: FakeRequest) => void {
  const head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
  return (request) => {
    const body = Buffer.from(bytes as string);
    request.socket.write(
      Buffer.concat([Buffer.from(`${head}${body.length.toString(16)}\r\n`), body, Buffer.from("\r\n")]),
    );
    setTimeout(() => then(request), 30);
  };
}

const text = sse(chunk({ content: "half a sen" }));
const call = sse(
  chunk({ tool_calls: [{ index: 0, id: "c", function: { name: "Bash", arguments: '{"comm' } }] }),
);
const midUtf8 = Buffer.concat([
  Buffer.from(text),
  Buffer.from(sse(chunk({ content: "日本" }))).subarray(0, 70),
]);
const fin = ({ socket }: FakeRequest): unknown => socket.end();
const rst = ({ socket }: FakeRequest): unknown => socket.resetAndDestroy();
const badChunk = ({ socket }: FakeRequest): unknown => socket.write("zz\r\n");
const cleanEnd = ({ socket }: FakeRequest): unknown => socket.write("0\r\n\r\n");

describe("a cut is an error, never an end", () => {
  const cuts: [name: string, answer: (request: FakeRequest) => unknown][] = [
    ["FIN in a text", raw(text, fin)],
    ["RST in a text", raw(text, rst)],
    ["a bad chunk in a text", raw(text, badChunk)],
    ["a clean end without a finish", raw(text, cleanEnd)],
    ["FIN in the arguments of a call", raw(call, fin)],
    ["a clean end in the arguments of a call", raw(call, cleanEnd)],
    ["RST inside a character", raw(midUtf8, rst)],
    ["a clean end inside a line", raw(text + text.slice(0, 20), cleanEnd)],
  ];

  test.each(cuts)("%s, streamed", async (_name, answer) => {
    await using fixture = await startBridge(answer);
    const events = readEvents(await (await fixture.post({ ...STREAM, tools: [TOOL] })).text());
    const names = events.map(({ event }) => event);
    expect(names.filter((name) => name === "error")).toHaveLength(1);
    expect(names.at(-1)).toBe("error");
    expect(events.at(-1)?.data).toMatchObject({
      type: "error",
      error: { type: "api_error" },
      request_id: /^req_/,
    });
    expect(names).not.toContain("message_delta");
    expect(names).not.toContain("message_stop");
    expect(names.filter((name) => name === "content_block_stop")).toEqual([]);
    expect(fixture.upstream.chats()).toHaveLength(1);
  });

  test.each(cuts)("%s, whole", async (_name, answer) => {
    await using fixture = await startBridge(answer);
    const response = await fixture.post({ ...REQUEST, tools: [TOOL] });
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({ type: "error", error: { type: "api_error" } });
  });

  test.each(MODES)("headers and nothing else is a 502, %s", async (_name, body) => {
    for (const then of [fin, cleanEnd]) {
      await using fixture = await startBridge(raw(": hello\n\n", then));
      const response = await fixture.post(body);
      expect(response.status).toBe(502);
    }
  });
});

function status(
  code: number,
  body: string | object,
  headers: Record<string, string> = {},
): (request: FakeRequest) => unknown {
  const json = typeof body === "object";
  return ({ response }) =>
    response
      .writeHead(code, { "content-type": json ? "application/json" : "text/html", ...headers })
      .end(json ? JSON.stringify(body) : body);
}

describe("a failure before the first byte is a real status", () => {
  const failures: [string, (request: FakeRequest) => unknown, number, string][] = [
    ["400", status(400, { error: { message: "odd" } }), 400, "invalid_request_error"],
    ["401", status(401, { error: { message: "bad key" } }), 502, "api_error"],
    ["402", status(402, { error: { message: "no credit" } }), 402, "billing_error"],
    ["403", status(403, ""), 502, "api_error"],
    ["404 of the model", status(404, { error: { message: "model 'm' not found" } }), 404, "not_found_error"],
    ["429", status(429, { error: { message: "slow down" } }), 429, "rate_limit_error"],
    ["500", status(500, { error: { message: "broken" } }), 502, "api_error"],
    ["503", status(503, { error: { message: "busy" } }), 529, "overloaded_error"],
    ["504", status(504, "<html>late</html>"), 504, "timeout_error"],
    ["HTML 502", status(502, "<html>secret page</html>"), 502, "api_error"],
    ["HTML 200", status(200, "<html>secret page</html>"), 502, "api_error"],
    ["empty 200", status(200, "", { "content-type": "text/event-stream" }), 502, "api_error"],
    ["200 with an error", status(200, { error: { message: "nope" } }), 502, "api_error"],
    ["200 without choices", status(200, { object: "list" }), 502, "api_error"],
    [
      "an error as the first event",
      (request) => startEvents(request).end(sse({ error: { message: "x" } })),
      502,
      "api_error",
    ],
  ];
  for (const [mode, body] of MODES) {
    test.each(failures)(`%s, ${mode}`, async (_name, answer, expected, type) => {
      await using fixture = await startBridge(answer, { maxRetries: 0 });
      const response = await fixture.post(body);
      expect(response.status).toBe(expected);
      const text = await response.text();
      expect(JSON.parse(text)).toMatchObject({
        type: "error",
        error: { type, message: expect.stringMatching(/\S/) },
        request_id: response.headers.get("request-id"),
      });
      expect(text).not.toContain("<html>");
    });
  }

  test("retry-after is forwarded, 429 is not retried", async () => {
    await using fixture = await startBridge(
      status(429, { error: { message: "slow down" } }, { "retry-after": "7" }),
    );
    const response = await fixture.post(STREAM);
    expect(response.headers.get("retry-after")).toBe("7");
    expect(fixture.upstream.chats()).toHaveLength(1);
  });

  test("after the grace period it is an error event", async () => {
    await using fixture = await startBridge(
      (request) => setTimeout(() => status(500, { error: { message: "broken" } })(request), 60),
      { graceMs: 20 },
    );
    const response = await fixture.post(STREAM);
    expect(response.status).toBe(200);
    const events = readEvents(await response.text());
    expect(events).toMatchObject([{ event: "error", data: { error: { type: "api_error" } } }]);
  });
});

test.each(MODES)("a server that answers JSON to a stream request is understood, %s", async (_name, body) => {
  const message = { role: "assistant", content: "hello" };
  await using fixture = await startBridge(
    status(200, { choices: [{ index: 0, message, finish_reason: "stop" }] }),
  );
  expect(await (await fixture.post(body)).text()).toContain("hello");
});

test("an unreachable upstream is a 502, and the next request works when it is back", async () => {
  let up = false;
  await using fixture = await startBridge((request) =>
    up
      ? startEvents(request).end(sse(chunk({ content: "back" }, "stop"), "[DONE]"))
      : request.socket.resetAndDestroy(),
  );
  expect((await fixture.post(STREAM)).status).toBe(502);
  up = true;
  expect(await (await fixture.post(STREAM)).text()).toContain("back");
});

test("no secret shows, whatever goes wrong", async () => {
  const back = "sk-back-canary-123456";
  const front = "front-canary-token";
  const says = (request: FakeRequest): string =>
    `key ${back} of ${front} at http://${request.headers.host}/v1 refused`;
  const answers: ((request: FakeRequest) => unknown)[] = [
    ...[400, 401, 404, 429, 500].map(
      (code) => (request: FakeRequest) => status(code, { error: { message: says(request) } })(request),
    ),
    (request) =>
      startEvents(request).end(sse(chunk({ content: "x" })) + sse({ error: { message: says(request) } })),
    (request) => startEvents(request).end(sse({ error: { message: says(request) } })),
    rst,
  ];
  for (const answer of answers) {
    const logged: string[] = [];
    const write = (entry: object, message: string): void => void logged.push(JSON.stringify(entry) + message);
    const log = { debug: write, info: write, warn: write, error: write };
    await using fixture = await startBridge(answer, { apiKey: back, authToken: front, maxRetries: 0, log });
    const secrets = [back, front, fixture.upstream.url, new URL(fixture.upstream.url).host];
    for (const [, body] of MODES) {
      const response = await fixture.post(body, { headers: { "x-api-key": front } });
      const shown = JSON.stringify([...response.headers]) + (await response.text()) + logged.join("\n");
      for (const secret of secrets) expect(shown).not.toContain(secret);
      expect(shown).not.toMatch(/node_modules|\.ts:\d+/);
    }
  }
});

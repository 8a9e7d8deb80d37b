import { expect, test } from "vitest";
import { bytes, cassette, exchange, request, response } from "../testing/cassettes.ts";
import { jsonLines } from "./jsonl.ts";

const TIME = { requestAt: 250, headersAt: 1, chunks: [2], endAt: 3 };

function linesOf(...given: Parameters<typeof cassette>): unknown[] {
  return jsonLines(cassette(...given)).map((line): unknown => JSON.parse(line));
}

test("a pair a line: the upstream's before the client's, with id, time, headers and end", () => {
  const upstream = [
    {
      bridgeRequest: request({ n: 1 }, { path: "/api/chat" }),
      upstreamResponse: response('{"a":1}\n{"b":2}\n', { end: "fin" }),
    },
  ];
  const timing = { front: { ...TIME, requestAt: 200 }, upstream: [TIME] };
  const lines = linesOf([exchange("0001", { upstream, timing })], { recordedAt: "1970-01-01T00:01:40.000Z" });
  expect(lines).toMatchObject([
    {
      exchange: "0001",
      hop: "back",
      timestamp: 100.25,
      request: { method: "POST", path: "/api/chat", body: { n: 1 } },
      response: { status_code: 200, body_raw: '{"a":1}\n{"b":2}\n', end: "fin" },
    },
    {
      exchange: "0001",
      hop: "front",
      timestamp: 100.2,
      request: { path: "/v1/messages?beta=true" },
      response: { headers: [["content-type", "text/event-stream"]], end: "complete" },
    },
  ]);
});

test.each([
  ["nothing", bytes(""), {}],
  ["JSON", bytes('{"a":[1]}'), { body: { a: [1] } }],
  ["text", bytes("data: x\n\n"), { body_raw: "data: x\n\n" }],
  ["bytes", new Uint8Array([0xff, 0x00]), { body_base64: "/wA=" }],
])("a body of %s", (_what, body, expected) => {
  const [line] = linesOf([exchange("0001", { clientRequest: request("", { body }) })]);
  expect((line as { request: object }).request).toEqual({
    method: "POST",
    path: "/v1/messages?beta=true",
    headers: [],
    ...expected,
  });
});

test("a number beyond 2^53 stays what it was, and no line is broken by a text", () => {
  const given = cassette([
    exchange("0001", { clientRequest: request('{"n":9007199254740993,"t":"a\\nb"}') }),
  ]);
  const lines = jsonLines(given);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('"n":9007199254740993');
  expect(lines[0]).not.toContain("\n");
});

import { expect, test } from "vitest";
import { readExchange, type Exchange } from "../exchange.ts";
import type { Send } from "../send.ts";
import { hopFiles } from "./hop-files.ts";
import { answered, tapped } from "./tapped.test.support.ts";

const KEY = "the-very-own-key-of-this-server";
/** A secret by its shape alone. */
const TOKEN = `sk-ant-api03-${"x7Qm2Vb9".repeat(6)}`;

function exchange(words: string): Exchange {
  const back = tapped({ body: answered({ content: words }), request: { messages: [words] } });
  back.request.headers.push(["authorization", `Bearer ${KEY}`], ["content-type", "application/json"]);
  const body = Buffer.from(`event: ping\ndata: {"said":${JSON.stringify(words)}}\n\n`);
  return readExchange(
    { name: "1" } as Send,
    { method: "POST", path: "/v1/messages", headers: [["x-api-key", TOKEN]], body: `{"words":"${words}"}` },
    { status: 200, headers: [["content-type", "text/event-stream"]], body, chunks: [], end: "complete" },
    null,
    [back],
  );
}

function filesOf(exchanges: Exchange[], secrets: string[] = []): Record<string, string> {
  const files = hopFiles(exchanges, ["blame: model: it only talks"], secrets);
  return Object.fromEntries(files.map(({ name, bytes }) => [name, Buffer.from(bytes).toString()]));
}

test("each message of both hops is a file of its own, as its bytes", () => {
  const files = filesOf([exchange("Hello"), exchange("Again")]);
  expect(Object.keys(files)).toEqual([
    "index.txt",
    ...["0001", "0002"].flatMap((n) => [
      `${n}-front-request.http`,
      `${n}-front-answer.http`,
      `${n}-back-1-request.http`,
      `${n}-back-1-answer.http`,
    ]),
  ]);
  expect(files["0001-front-request.http"]).toBe('POST /v1/messages\r\n\r\n{"words":"Hello"}');
  expect(files["0001-front-answer.http"]).toBe(
    'HTTP/1.1 200\r\ncontent-type: text/event-stream\r\n\r\nevent: ping\ndata: {"said":"Hello"}\n\n',
  );
  expect(files["0002-back-1-answer.http"]).toContain(answered({ content: "Again" }));
});

test("the list says what was found, and how each answer ended", () => {
  const one = exchange("Hello");
  const cut = { ...one, response: { ...one.response, end: { error: "client-abort@12" } } };
  const { "index.txt": list } = filesOf([cut]);
  expect(list).toMatch(
    /^blame: model: it only talks\n\n0001-front-request\.http {2}POST \/v1\/messages, 17 bytes\n/,
  );
  expect(list).toMatch(/front-answer\.http {2}HTTP\/1\.1 200, \d+ bytes, ended: client-abort@12\n/);
});

test("an answer that never came is an empty file, and the list says so", () => {
  const one = exchange("Hello");
  const none = { ...one, response: { ...one.response, status: 0, end: { error: "ECONNRESET" } } };
  const files = filesOf([none]);
  expect(files["0001-front-answer.http"]).toBe("");
  expect(files["index.txt"]).toMatch(/front-answer\.http {2}no answer, \d+ bytes, ended: ECONNRESET/);
});

test("no credential stays: not in a header, not in a body, not one that is known, not one that looks like it", () => {
  const files = filesOf([exchange(`my key is ${KEY} or ${TOKEN}`)], [KEY]);
  const all = Object.values(files).join("\n");
  expect(all).not.toContain(KEY);
  expect(all).not.toContain(TOKEN);
  expect(all).not.toMatch(/authorization|x-api-key/);
  expect(files["0001-back-1-request.http"]).toContain("content-type: application/json");
});

import { expect, test } from "vitest";
import { readBack } from "./read-back.ts";
import { answered, sse, tapped, type Tapped } from "./tapped.test.support.ts";

const CHAT = "/api/chat";
const ndjson = (...lines: unknown[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join("");
const message = (more: object): object => ({
  message: { role: "assistant", content: "", ...more },
  done: false,
});
const piece = (fn: object, more: object = {}): object => ({
  choices: [{ delta: { tool_calls: [{ function: fn, ...more }] } }],
});
const finish = (reason: string): object => ({ choices: [{ delta: {}, finish_reason: reason }] });

test.each<[title: string, answer: Tapped, outcome: object]>([
  [
    "Ollama, streamed",
    {
      path: CHAT,
      body: ndjson(message({ thinking: "hm" }), message({ content: "It " }), message({ content: "is." }), {
        message: { content: "" },
        done: true,
        done_reason: "stop",
      }),
    },
    { kind: "whole", said: { text: "It is.", thinking: "hm", calls: [], finish: "stop" } },
  ],
  [
    "Ollama, at once, with a call and a number that no double holds",
    {
      path: CHAT,
      body: '{"message":{"content":"","tool_calls":[{"function":{"name":"Read","arguments":{"n":9007199254740993}}}]},"done":true,"done_reason":"stop"}',
    },
    { kind: "whole", said: { calls: [{ name: "Read", raw: '{"n":9007199254740993}' }] } },
  ],
  [
    "OpenAI, streamed",
    { body: answered({ content: "It is." }) },
    { kind: "whole", said: { text: "It is." } },
  ],
  [
    "OpenAI, at once",
    {
      body: '{"choices":[{"message":{"content":"It is.","reasoning_content":"hm"},"finish_reason":"length"}]}',
      type: "application/json",
    },
    { kind: "whole", said: { text: "It is.", thinking: "hm", finish: "length" } },
  ],
  [
    "two calls in pieces",
    {
      body: sse(
        piece({ name: "Read", arguments: "" }, { index: 0, id: "a" }),
        piece({ arguments: '{"a":' }, { index: 0 }),
        piece({ name: "Bash", arguments: '{"b":2}' }, { index: 1, id: "b" }),
        piece({ arguments: "1}" }, { index: 0 }),
        finish("tool_calls"),
      ),
    },
    {
      kind: "whole",
      said: {
        calls: [
          { name: "Read", input: { a: 1 } },
          { name: "Bash", input: { b: 2 } },
        ],
      },
    },
  ],
  [
    "pieces without numbers",
    {
      body: sse(
        piece({ name: "Read", arguments: "{" }, { id: "a" }),
        piece({ arguments: "}" }),
        finish("stop"),
      ),
    },
    { kind: "whole", said: { calls: [{ name: "Read", input: {} }] } },
  ],
  [
    "arguments that are no JSON",
    { body: sse(piece({ name: "Read", arguments: '{"a":' }, { index: 0 }), finish("stop")) },
    { kind: "whole", said: { calls: [{ name: "Read", input: undefined }] } },
  ],
  ["finished, and never closed", { body: answered({ content: "a" }), open: true }, { kind: "whole" }],
  [
    "cut",
    { body: sse({ choices: [{ delta: { content: "a" } }] }), end: "rst" },
    { kind: "broken", how: /cut \(rst\)/ },
  ],
  [
    "cut within a line",
    { body: 'data: {"choices":[{"del', end: "fin" },
    { kind: "broken", how: /cut \(fin\) after 23 bytes/ },
  ],
  [
    "a quiet end",
    { path: CHAT, body: ndjson(message({ content: "a" })) },
    { kind: "broken", how: /without being finished/ },
  ],
  [
    "done:false at once",
    { path: CHAT, body: '{"message":{"content":"a"},"done":false}' },
    { kind: "broken" },
  ],
  ["an HTML page", { body: "<html>Sign in</html>" }, { kind: "broken", how: /no answer: <html>/ }],
  [
    "garbage in the middle",
    { path: CHAT, body: `${ndjson(message({}))}oops\n${ndjson({ done: true })}` },
    { kind: "broken" },
  ],
  ["garbage, and the bridge left", { body: "data: oops\n\n", end: "client-abort@12" }, { kind: "broken" }],
  ["nothing", { body: "" }, { kind: "broken" }],
  [
    "an error in the middle",
    { path: CHAT, body: ndjson(message({}), { error: "out of memory" }) },
    { kind: "failed", status: 200, message: "out of memory" },
  ],
  [
    "the same from OpenAI",
    { body: sse({ error: { message: "busy", code: 503 } }) },
    { kind: "failed", status: 200, message: "busy" },
  ],
  [
    "a status",
    { status: 503, body: '{"error":"overloaded"}' },
    { kind: "failed", status: 503, message: "overloaded" },
  ],
  [
    "a status with a page",
    { status: 502, body: "<html>Bad" },
    { kind: "failed", status: 502, message: "<html>Bad" },
  ],
  ["no connection", { status: null, end: "fin" }, { kind: "unreached", how: "the connection ended (fin)" }],
  [
    "left while it spoke",
    { body: sse({ choices: [{ delta: { content: "a" } }] }), open: true },
    { kind: "left", said: { text: "a" } },
  ],
  ["left before it spoke", { status: null, open: true }, { kind: "left", said: null }],
  ["left between", { body: "", end: "client-abort@0" }, { kind: "left", said: null }],
])("%s", (_title, answer, outcome) => {
  const read = readBack(tapped(answer));
  const { how } = outcome as { how?: string | RegExp };
  const { how: seen = "" } = read as { how?: string };
  expect(seen).toMatch(how ?? "");
  expect(read).toMatchObject(how === undefined ? outcome : { ...outcome, how: seen });
});

import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { expect, test } from "vitest";
import { bytes, cassette, exchange, response } from "../testing/cassettes.ts";
import { scanCassette } from "./scan.ts";

const KEY = "sk-ant-0123456789abcdefghij";
const PATH = "/home/canary/project";

/** Hides the key in an answer. */
const HIDDEN: [form: string, body: Uint8Array][] = [
  ["bytes", bytes(`data: ${KEY}\n`)],
  ["escaped", bytes(String.raw`{"a":"sk\u002dant-0123456789abcdefghij"}`)],
  ["base64", bytes(JSON.stringify({ a: Buffer.from(`the key is ${KEY}!`).toString("base64") }))],
  ["compressed", gzipSync(KEY)],
  ["compressed", deflateSync(KEY)],
  ["compressed", brotliCompressSync(KEY)],
  ["compressed", zstdCompressSync(KEY)],
  ["events", bytes(`data: {"content":"sk-ant-0123456"}\n\ndata: {"content":"789abcdefghij"}\n\n`)],
];

test.each(HIDDEN)("a key is found: %s", (form, body) => {
  const leaks = scanCassette(cassette([exchange("0001", { bridgeResponse: { ...response(""), body } })]));
  expect(leaks).toContainEqual({ kind: "key", form, body: 1 });
  expect(JSON.stringify(leaks)).not.toContain("0123456");
});

test("a known value is found wherever it stands, a path in its slug form too", () => {
  const tape = cassette(
    [exchange("0001", { bridgeResponse: response("memory in -home-canary-project/x") })],
    { title: "of hunter2hunter2" },
  );
  expect(scanCassette(tape, ["hunter2hunter2", PATH])).toEqual([
    { kind: "needle", form: "bytes", body: -1 },
    { kind: "needle", form: "text", body: -1 },
    { kind: "needle", form: "escaped", body: -1 },
    { kind: "needle", form: "bytes", body: 1 },
    { kind: "needle", form: "text", body: 1 },
  ]);
});

test("ids of the protocols, filler and public addresses are no secrets", () => {
  const innocent =
    'data: {"id":"toolu_01AbCdEfGhIjKlMnOpQrStUv","x":"chatcmpl-0123456789abcdef","f":"[prose:0123456789ab]~~~~","by":"noreply@anthropic.com","u":"task-0123456789abcdefghij"}\n\n';
  expect(scanCassette(cassette([exchange("0001", { bridgeResponse: response(innocent) })]))).toEqual([]);
});

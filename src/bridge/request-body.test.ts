import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { readJsonBody } from "./request-body.ts";
import type { FrontRequest, Headers } from "./front.ts";

const LIMITS = { maxBytes: 50_000, silenceMs: 10_000 };

function request(chunks: (string | Uint8Array)[], headers: Headers = {}): FrontRequest {
  async function* body(): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) yield typeof chunk === "string" ? Buffer.from(chunk) : chunk;
  }
  return { method: "POST", target: "/", headers, body: body(), signal: new AbortController().signal };
}

describe("accepted", () => {
  const json = Buffer.from('{"a":"é"}');
  test.each<[name: string, body: (string | Uint8Array)[], headers: Headers]>([
    ["plain", ['{"a":', '"é"}'], {}],
    ["byte by byte", [...json].map((byte) => Uint8Array.of(byte)), {}],
    ["with a byte order mark", ["\uFEFF", json], {}],
    ["gzip", [gzipSync(json)], { "content-encoding": "gzip" }],
    ["zstd", [zstdCompressSync(json)], { "content-encoding": "ZSTD" }],
    ["any content type", [json], { "content-type": "text/plain" }],
  ])("%s", async (_name, body, headers) => {
    expect(await readJsonBody(request(body, headers))).toEqual({ a: "é" });
  });
});

describe("refused", () => {
  test.each<[name: string, body: (string | Uint8Array)[], headers: Headers, status: number]>([
    ["nothing", [], {}, 400],
    ["half an object", ["{"], {}, 400],
    ["a trailing comma", ['{"a":1,}'], {}, 400],
    ["NaN", ['{"a":NaN}'], {}, 400],
    ["junk behind", ["{}x"], {}, 400],
    ["UTF-16", [Buffer.from('{"a":1}', "utf16le")], {}, 400],
    ["invalid UTF-8", [Buffer.from([0x22, 0xff, 0x22])], {}, 400],
    ["deep nesting", ["[".repeat(10_000) + "]".repeat(10_000)], {}, 400],
    ["broken gzip", ["no gzip"], { "content-encoding": "gzip" }, 400],
    ["cut gzip", [gzipSync("{}").subarray(0, 12)], { "content-encoding": "gzip" }, 400],
    ["an unknown encoding", ["{}"], { "content-encoding": "rot13" }, 415],
    ["a hostile encoding", ["{}"], { "content-encoding": "constructor" }, 415],
    ["a large declared length", ["{}"], { "content-length": "50001" }, 413],
    ["a large body without length", [" ".repeat(30_000), " ".repeat(30_000)], {}, 413],
    ["a gzip bomb", [gzipSync(" ".repeat(5_000_000))], { "content-encoding": "gzip" }, 413],
  ])("%s", async (_name, body, headers, status) => {
    await expect(readJsonBody(request(body, headers), LIMITS)).rejects.toMatchObject({
      name: "ApiError",
      status,
    });
  });

  test("a body that stops arriving", async () => {
    const body = (async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from("{");
      await new Promise<never>(() => undefined);
    })();
    const reading = readJsonBody({ ...request([]), body }, { ...LIMITS, silenceMs: 20 });
    await expect(reading).rejects.toMatchObject({ name: "ApiError", status: 400 });
  });

  test("the message does not echo the body", async () => {
    await expect(readJsonBody(request(["{secret"]))).rejects.toThrow("The request body is not valid JSON");
  });
});

test("a client that leaves in the middle of its body is not waited for", async () => {
  const leave = new AbortController();
  async function* body(): AsyncGenerator<Uint8Array> {
    yield Buffer.from("{");
    await new Promise(() => undefined);
  }
  const reading = readJsonBody({ ...request([]), body: body(), signal: leave.signal });
  leave.abort(new Error("gone"));
  await expect(reading).rejects.toMatchObject({ status: 400, cause: { message: "gone" } });
});

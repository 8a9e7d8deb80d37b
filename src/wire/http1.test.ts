import { expect, test } from "vitest";
import { headerValue, type HttpCapture, parseHttpCapture } from "./http1.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const parse = (text: string): HttpCapture => parseHttpCapture(bytesOf(text));
const CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

test("status, headers in order, and a body of a known length", () => {
  const capture = parse("HTTP/1.1 404 Not Found\r\nB: 1\r\na:2\r\nb: 3\r\nContent-Length: 2\r\n\r\nhi");
  expect(capture.status).toBe(404);
  expect(capture.headers).toEqual([
    ["B", "1"],
    ["a", "2"],
    ["b", "3"],
    ["Content-Length", "2"],
  ]);
  expect(headerValue(capture.headers, "CONTENT-length")).toBe("2");
  expect(headerValue(capture.headers, "c")).toBeUndefined();
  expect(textOf(capture.body)).toBe("hi");
  expect(capture.complete).toBe(true);
});

test.each<[name: string, text: string, chunks: string[], complete: boolean]>([
  ["chunks", `${CHUNKED}3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n`, ["abc", "0123456789"], true],
  ["a chunk that holds line ends", `${CHUNKED}4\r\na\r\nb\r\n0\r\n\r\n`, ["a\r\nb"], true],
  ["no last chunk", `${CHUNKED}3\r\nabc\r\n`, ["abc"], false],
  ["cut inside a chunk", `${CHUNKED}5\r\nabc`, ["abc"], false],
  ["cut inside a chunk size", `${CHUNKED}3\r\nabc\r\n1`, ["abc"], false],
  ["an empty chunked body", `${CHUNKED}0\r\n\r\n`, [], true],
  ["shorter than its content-length", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", ["abc"], false],
  ["a body that ends with the connection", "HTTP/1.0 200 OK\r\n\r\nabc", ["abc"], true],
  ["no content", "HTTP/1.1 204 No Content\r\n\r\n", [], true],
  [
    "an interim response first",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na",
    ["a"],
    true,
  ],
])("%s", (_name, text, chunks, complete) => {
  const capture = parse(text);
  expect(capture.chunks.map(textOf)).toEqual(chunks);
  expect(textOf(capture.body)).toBe(chunks.join(""));
  expect(capture.complete).toBe(complete);
});

test.each(["", "HTTP/1.1 200 OK\r\n", "GET / HTTP/1.1\r\n\r\n", `${CHUNKED}zz\r\n\r\n`])(
  "refuses %j",
  (text) => {
    expect(() => parse(text)).toThrow(SyntaxError);
  },
);

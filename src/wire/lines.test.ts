import * as fc from "fast-check";
import { expect, test } from "vitest";
import { chunksAt } from "./chunks.ts";
import { LineDecoder } from "./lines.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function decode(chunks: Uint8Array[]): string[] {
  const decoder = new LineDecoder();
  return [...chunks.flatMap((chunk) => decoder.push(chunk)), ...decoder.end()];
}

test.each<[name: string, text: string, lines: string[]]>([
  ["LF", "a\nb\n", ["a", "b"]],
  ["CRLF is one end", "a\r\nb\r\n", ["a", "b"]],
  ["CR", "a\rb\r", ["a", "b"]],
  ["mixed", "a\r\r\nb\n\rc", ["a", "", "b", "", "c"]],
  ["an unterminated last line", "a\nb", ["a", "b"]],
  ["blank lines are kept", "\n\na", ["", "", "a"]],
  ["a leading byte order mark is dropped", "\uFEFFa\n", ["a"]],
  ["only the first byte order mark", "\uFEFF\uFEFFa\n\uFEFFb", ["\uFEFFa", "\uFEFFb"]],
  ["nothing", "", []],
])("%s", (_name, text, lines) => {
  expect(decode([bytesOf(text)])).toEqual(lines);
});

test("malformed UTF-8 becomes U+FFFD, also when the bytes just end", () => {
  expect(decode([Uint8Array.of(0x61, 0xff, 0x0a, 0xe3, 0x81)])).toEqual(["a\uFFFD", "\uFFFD"]);
});

test("a decoder can be used again after end()", () => {
  const decoder = new LineDecoder();
  decoder.push(bytesOf("a"));
  decoder.end();
  expect([...decoder.push(bytesOf("b\n")), ...decoder.end()]).toEqual(["b"]);
});

test("any cuts of the bytes give the same lines", () => {
  const text = fc
    .array(fc.constantFrom("\r", "\n", "\r\n", "\uFEFF", "é", "日本", "🗼", "a", "", ":"))
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(text, fc.array(fc.nat(60)), (text, cuts) => {
      const bytes = bytesOf(text);
      const sorted = cuts.toSorted((a, b) => a - b);
      expect(decode(chunksAt(bytes, sorted))).toEqual(decode([bytes]));
    }),
  );
});

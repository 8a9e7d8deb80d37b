import * as fc from "fast-check";
import { expect, test } from "vitest";
import { chunksAt } from "./chunks.ts";
import { NdjsonDecoder } from "./ndjson.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function decode(chunks: Uint8Array[]): string[] {
  const decoder = new NdjsonDecoder();
  return [...chunks.flatMap((chunk) => decoder.push(chunk)), ...decoder.end()];
}

test.each<[name: string, text: string, lines: string[]]>([
  ["lines", '{"a":1}\n{"b":2}\n', ['{"a":1}', '{"b":2}']],
  ["an unterminated last line", '{"a":1}\n{"b"', ['{"a":1}', '{"b"']],
  ["blank lines", "\n  \n1\n\r\n", ["1"]],
  ["CRLF", "1\r\n2\r\n", ["1", "2"]],
  ["a CR inside a line ends nothing", '{"a":\r1}\n', ['{"a":\r1}']],
  ["byte order mark", "\uFEFF1\n", ["1"]],
])("%s", (_name, text, lines) => {
  expect(decode([bytesOf(text)])).toEqual(lines);
});

test("any cuts of the bytes give the same lines", () => {
  const text = fc
    .array(fc.constantFrom("\n", "\r\n", '{"a":"日本🗼"}', "é", " "))
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(text, fc.array(fc.nat(60)), (text, cuts) => {
      const bytes = bytesOf(text);
      const sorted = cuts.toSorted((a, b) => a - b);
      expect(decode(chunksAt(bytes, sorted))).toEqual(decode([bytes]));
    }),
  );
});

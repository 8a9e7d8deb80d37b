import * as fc from "fast-check";
import { expect, test } from "vitest";
import { chunksAt } from "./chunks.ts";
import { Utf8Decoder } from "./utf8.ts";

function decode(chunks: Uint8Array[]): string {
  const decoder = new Utf8Decoder();
  return chunks.map((chunk) => decoder.push(chunk)).join("") + decoder.end();
}

/** Whole characters, halves of them, what is never UTF-8, and marks. */
const PIECES = ["a", "\n", "é", "日本", "🗼", "\uFEFF"].map((text) => Buffer.from(text));
const BROKEN = [[0xff], [0xc3], [0xe3, 0x81], [0xf0, 0x9f, 0x97], [0x80], [0xed, 0xa0, 0x80], [0xc0, 0xaf]];
const bytes = fc
  .array(fc.constantFrom(...PIECES, ...BROKEN.map((piece) => Buffer.from(piece))))
  .map((pieces) => Buffer.concat(pieces));

test("any bytes in any cuts give what TextDecoder gives for the whole", () => {
  fc.assert(
    fc.property(bytes, fc.array(fc.nat(40)), (bytes, cuts) => {
      const chunks = chunksAt(
        bytes,
        cuts.toSorted((a, b) => a - b),
      );
      expect(decode(chunks)).toBe(new TextDecoder().decode(bytes));
    }),
    { numRuns: 500 },
  );
});

test("empty chunks change nothing", () => {
  const [first, second] = [Buffer.from("a\n"), Buffer.from("\uFEFFb\n")];
  const none = new Uint8Array();
  expect(decode([none, first, none, second, none])).toBe("a\n\uFEFFb\n");
  expect(decode([none, second])).toBe("b\n");
});

test("it can be used again after end()", () => {
  const decoder = new Utf8Decoder();
  expect(decoder.push(Buffer.from("\uFEFFa")) + decoder.push(Uint8Array.of(0xe3))).toBe("a");
  expect(decoder.end()).toBe("\uFFFD");
  expect(decoder.push(Buffer.from("\uFEFFb")) + decoder.end()).toBe("b");
});

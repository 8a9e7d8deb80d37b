import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Utf8Writer } from "./utf8-writer.ts";

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("", "plain", '"', "\\", "\n", "\u007f", "\u2028", "\ud83d", "🗼", "x".repeat(3000)),
);
const pieces = fc.array(fc.record({ kind: fc.constantFrom("text", "bytes", "json"), text }));

test("the pieces one after the other, whatever they are", () => {
  const writer = new Utf8Writer();
  fc.assert(
    fc.property(pieces, (pieces) => {
      for (const { kind, text } of pieces) {
        if (kind === "text") writer.text(text);
        else if (kind === "bytes") writer.bytes(Buffer.from(text));
        else writer.jsonString(text);
      }
      const expected = pieces.map(({ kind, text }) => (kind === "json" ? JSON.stringify(text) : text));
      // Each by itself: halves of a pair in two pieces are two lone halves.
      expect(writer.take()).toEqual(Buffer.concat(expected.map((piece) => Buffer.from(piece))));
    }),
  );
});

test("what was taken stays as it is", () => {
  const writer = new Utf8Writer();
  const sizes = [10, 300_000, 10];
  const taken = sizes.map((size, n) => {
    writer.text(String(n).repeat(size));
    return writer.take();
  });
  expect(taken.map((bytes) => Buffer.from(bytes).toString())).toEqual(
    sizes.map((size, n) => String(n).repeat(size)),
  );
  expect(writer.take()).toHaveLength(0);
});

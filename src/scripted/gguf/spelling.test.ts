import { expect, test } from "vitest";
import { BYTE, createSpeller, NORMAL } from "./spelling.ts";

const none: ReadonlySet<string> = new Set();

test("a repeated piece gets another text by its spaces, then by bytes at its start", () => {
  const spell = createSpeller([], none);
  expect([spell("a b"), spell("a b"), spell("a b")]).toEqual([
    [{ text: "a b", type: NORMAL }],
    [{ text: "a\u2581b", type: NORMAL }],
    [
      { text: "<0x61>1", type: BYTE },
      { text: " b", type: NORMAL },
    ],
  ]);
});

test("a piece without a space is taken apart until nothing of it is taken", () => {
  const spell = createSpeller(["ok"], none);
  const texts = [spell("ok"), spell("ok"), spell("é"), spell("é")].map((tokens) =>
    tokens.map((token) => token.text),
  );
  expect(texts).toEqual([["<0x6F>1", "k"], ["<0x6F>2", "<0x6B>1"], ["é"], ["<0xC3>1", "<0xA9>1"]]);
});

test("a byte is a byte token of its own each time; an empty piece is none", () => {
  const spell = createSpeller(["<0xF0>"], none);
  expect([spell(240), spell(240), spell(5), spell("")].map((tokens) => tokens.map((t) => t.text))).toEqual([
    ["<0xF0>1"],
    ["<0xF0>2"],
    ["<0x05>1"],
    [],
  ]);
});

test("what must not be one token is not", () => {
  const spell = createSpeller([], new Set(["<think>\n"]));
  expect(spell("<think>\n").map((token) => token.text)).toEqual(["<0x3C>1", "think>\n"]);
});

test("a piece with U+2581 is said as it is, not as a space", () => {
  const spell = createSpeller([], none);
  expect(spell("\u2581x").map((token) => token.text)).toEqual(["<0xE2>1", "<0x96>1", "<0x81>1", "x"]);
});

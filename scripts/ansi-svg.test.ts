import { expect, test } from "vitest";
import { ansiToSvg } from "./ansi-svg.ts";

/** The `<text>` elements as `fill attributes|content`, after the two lines of the prompt. */
function texts(ansi: string): string[] {
  return [...ansiToSvg(ansi, "p").matchAll(/<text [^>]*lengthAdjust="\w+" ([^>]*)>([^<]*)</g)]
    .map(([, style, content]) => `${style}|${content}`)
    .slice(2);
}

test.each([
  ["plain", ['fill="#e6edf3"|plain']],
  ["\u001b[32mok\u001b[39m done", ['fill="#3fb950"|ok', 'fill="#e6edf3"|done']],
  ["\u001b[1;31mbad\u001b[0m", ['fill="#ff7b72" font-weight="bold"|bad']],
  ["\u001b[2mfaint\u001b[22m", ['fill="#e6edf3" opacity="0.65"|faint']],
  ['a<b & "c"', ['fill="#e6edf3"|a&lt;b &amp; &quot;c&quot;']],
  ["\u001b[33mover\nlines\u001b[39m", ['fill="#d29922"|over', 'fill="#d29922"|lines']],
])("%j is drawn", (ansi, expected) => {
  expect(texts(ansi)).toEqual(expected);
});

test("columns of a table stand where they stood", () => {
  expect([...ansiToSvg("ab  cd\n    ef", "p").matchAll(/ x="([\d.]+)" y="(\d+)"/g)].slice(2)).toMatchObject([
    { 1: "16.00", 2: "68" },
    { 1: "49.72", 2: "68" },
    { 1: "49.72", 2: "87" },
  ]);
});

test("a wide character moves what follows by two cells", () => {
  expect(ansiToSvg("日\u001b[1mx", "p")).toContain('x="32.86"');
});

test.each(["\u001b[2Jcleared", "\u001b[38;5;9mpalette"])("%j cannot be drawn", (ansi) => {
  expect(() => ansiToSvg(ansi, "p")).toThrow(/not/);
});

test("the picture is as tall as its lines", () => {
  expect(ansiToSvg("a\nb\nc\n", "p")).toContain('height="127"');
});

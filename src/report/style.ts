import { styleText } from "node:util";

/** A colour or style of `util.styleText`, or several. */
export type Format = Parameters<typeof styleText>[0];

/** Paints text, or leaves it alone where there is no colour. */
export type Paint = (format: Format, text: string) => string;

export function painter(color: boolean): Paint {
  return (format, text) => (color ? styleText(format, text, { validateStream: false }) : text);
}

/** Control characters other than line breaks and tabs, which could move a terminal's cursor. */
const CONTROL = /[^\P{Cc}\n\t]|[\u2028\u2029]/gu;

/** Foreign text made safe to print: control characters show as `\xNN`, carriage returns vanish. */
export function printable(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replaceAll(CONTROL, (char) => `\\x${(char.codePointAt(0) ?? 0).toString(16).padStart(2, "0")}`);
}

/** Lines of at most `width` characters, broken at blanks where there are any, each after the indent. */
export function wrap(text: string, width: number, indent = ""): string[] {
  const room = Math.max(20, width - indent.length);
  return text.split("\n").flatMap((line) => breakLine(line, room).map((piece) => (indent + piece).trimEnd()));
}

function breakLine(line: string, room: number): string[] {
  const pieces: string[] = [];
  let rest = line;
  while (rest.length > room) {
    const blank = rest.lastIndexOf(" ", room);
    // A long last word, such as a path, stays whole where it can.
    const atBlank = blank > room / 3;
    const cut = atBlank ? blank : room;
    pieces.push(rest.slice(0, cut));
    rest = rest.slice(atBlank ? cut + 1 : cut);
  }
  return [...pieces, rest];
}

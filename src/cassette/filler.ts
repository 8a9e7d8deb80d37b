import { digest12 } from "./digest.ts";

/** What stands for the client's prose: as long as the text, in characters and in bytes, and not a word of it. */
const FILL = { ascii: "~", two: "¬", three: "‖", high: "\uD834", low: "\uDD17" };
const FILL_CLASS = String.raw`~¬‖\uD834\uDD17`;
const TAG_LENGTH = "[prose:0123456789ab]".length;

/** Filler of either length class; group 1 is the digest. What was kept of the text (quotes, line ends) goes with it. */
export const FILLED: RegExp = new RegExp(
  String.raw`(?:[${FILL_CLASS}][${FILL_CLASS}\s"\\]*)?\[prose:([0-9a-f]{12})\](?:[${FILL_CLASS}\s"\\]*[${FILL_CLASS}])?`,
  "g",
);

/**
 * `text` with every character replaced but those that JSON must escape and the white space at both
 * ends. `meaning` is what the digest is taken of: the text without what varies from run to run.
 */
export function fill(text: string, meaning: string): string {
  const inner = text.trim();
  const start = text.indexOf(inner);
  const filled = Array.from({ length: inner.length }, (_, index) =>
    filledChar(inner.charCodeAt(index), inner.charAt(index)),
  );
  const digest = digest12(meaning.trim());
  const run = inner.search(new RegExp(String.raw`[\x20\x21\x23-\x5b\x5d-\x7e]{${TAG_LENGTH}}`));
  const tag = run < 0 ? digest : `[prose:${digest}]`;
  if (run >= 0) filled.splice(run, TAG_LENGTH, ...tag.split(""));
  else
    for (const [index, char] of filled.entries())
      if (char === FILL.ascii) filled[index] = digest.charAt(index % 12);
  return text.slice(0, start) + filled.join("") + text.slice(start + inner.length);
}

function filledChar(code: number, char: string): string {
  if (code < 0x20 || char === '"' || char === "\\") return char;
  if (code < 0x80) return FILL.ascii;
  if (code < 0x800) return FILL.two;
  if (code >= 0xd800 && code < 0xdc00) return FILL.high;
  if (code >= 0xdc00 && code < 0xe000) return FILL.low;
  return FILL.three;
}

import type { ModelScript } from "./script.ts";

/** A stretch of the prompt and how many tokens it is. */
interface Stretch {
  text: string;
  tokens: number;
}

export interface Tokenizer {
  /** Tokens of a prompt, the begin token included. */
  count(text: string): number;
  /** The text that remains of `keepFirst` tokens at the start and `keepLast` at the end. */
  shorten(text: string, keepFirst: number, keepLast: number): string;
}

const BEGIN = 1;

/**
 * Counts nearly as the scripted GGUF does: a marker or the assistant token is one token, any other
 * byte is one, a space three (the SPM tokenizer writes it as U+2581). The GGUF also knows the pieces
 * of its scripts, wherever they stand in a prompt; here they are bytes like all other text.
 */
export function createTokenizer(scripts: readonly ModelScript[]): Tokenizer {
  const whole = wholeTokens(scripts);
  return {
    count(text) {
      const wholes = text.match(whole)?.length ?? 0;
      return BEGIN + wholes + byteTokens(text.replaceAll(whole, ""));
    },
    shorten(text, keepFirst, keepLast) {
      const parts = stretches(text, whole);
      const head = take(parts, keepFirst - BEGIN);
      const tail = take(parts.toReversed(), keepLast).toReversed();
      return [...head, ...tail].map((part) => part.text).join("");
    },
  };
}

function wholeTokens(scripts: readonly ModelScript[]): RegExp {
  const texts = new Set([
    "<|assistant|>",
    "<|im_start|>assistant\n",
    "<|im_end|>",
    ...scripts.map((script) => script.marker),
  ]);
  const longestFirst = [...texts].sort((a, b) => b.length - a.length);
  return new RegExp(longestFirst.map((text) => escaped(text)).join("|"), "gu");
}

function stretches(text: string, whole: RegExp): Stretch[] {
  const parts: Stretch[] = [];
  let at = 0;
  for (const match of text.matchAll(whole)) {
    parts.push(...bytesOf(text.slice(at, match.index)), { text: match[0], tokens: 1 });
    at = match.index + match[0].length;
  }
  return [...parts, ...bytesOf(text.slice(at))];
}

function bytesOf(text: string): Stretch[] {
  return Array.from(text, (character) => ({
    text: character,
    tokens: byteTokens(character),
  }));
}

function byteTokens(text: string): number {
  const spaces = text.split(" ").length - 1;
  return Buffer.byteLength(text) + 2 * spaces;
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, String.raw`\$&`);
}

function take(parts: readonly Stretch[], tokens: number): Stretch[] {
  let left = tokens;
  const end = parts.findIndex((part) => (left -= part.tokens) < 0);
  return end === -1 ? [...parts] : parts.slice(0, end);
}

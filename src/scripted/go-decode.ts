import { BindFailure } from "./http/failure.ts";

/** What Go says when the body is empty: each route has its own word for it. */
export interface DecodeWords {
  empty: string;
}

/**
 * The first JSON value of a body, as Go's decoder reads it: what follows is ignored. Throws
 * `BindFailure` with Go's own message.
 *
 * Observed: chat-badjson, -badjson2, -emptybody, -trailing.
 */
export function decodeFirst(body: string, words: DecodeWords): unknown {
  const text = body.trimStart();
  if (text === "") throw new BindFailure(words.empty);
  return parsed(text) ?? parsed(text.slice(0, scanValue(text, 0))) ?? badEscape();
}

/** Keys and the texts of their values, of a JSON object or array as it is written; of an array the keys are empty. */
export function membersOf(text: string): [key: string, value: string][] {
  const found: [string, string][] = [];
  const isObject = text.trimStart().startsWith("{");
  for (let at = text.indexOf(isObject ? "{" : "[") + 1; ;) {
    at = skipSpace(text, at);
    if ("}]".includes(text[at] ?? "}")) return found;
    if (text[at] === ",") at = skipSpace(text, at + 1);
    const end = isObject ? scanString(text, at) : at;
    const from = isObject ? skipSpace(text, end) + 1 : at;
    const to = scanValue(text, from);
    found.push([isObject ? (JSON.parse(text.slice(at, end)) as string) : "", text.slice(from, to)]);
    at = to;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function badEscape(): never {
  throw new BindFailure("invalid character in string escape code");
}

type Scan = (text: string, at: number) => number;

const scanValue: Scan = (text, from) => {
  const at = skipSpace(text, from);
  const c = text[at];
  if (c === undefined) throw unexpectedEnd();
  if (c === "{") return scanMembers(text, at + 1, "}", scanMember, "object key:value pair");
  if (c === "[") return scanMembers(text, at + 1, "]", scanValue, "array element");
  if (c === '"') return scanString(text, at);
  if (c === "-" || (c >= "0" && c <= "9")) return scanNumber(text, at);
  const literal = ["true", "false", "null"].find((word) => word[0] === c);
  if (literal !== undefined) return scanLiteral(text, at, literal);
  throw invalid(c, "looking for beginning of value");
};

const scanMember: Scan = (text, from) => {
  const at = skipSpace(text, from);
  if (at >= text.length) throw unexpectedEnd();
  if (text[at] !== '"') throw invalid(text[at], "looking for beginning of object key string");
  const colon = skipSpace(text, scanString(text, at));
  if (colon >= text.length) throw unexpectedEnd();
  if (text[colon] !== ":") throw invalid(text[colon], "after object key");
  return scanValue(text, colon + 1);
};

function scanMembers(text: string, from: number, close: string, scan: Scan, what: string): number {
  let at = skipSpace(text, from);
  if (text[at] === close) return at + 1;
  for (;;) {
    at = skipSpace(text, scan(text, at));
    if (at >= text.length) throw unexpectedEnd();
    if (text[at] === close) return at + 1;
    if (text[at] !== ",") throw invalid(text[at], `after ${what}`);
    at += 1;
  }
}

const scanString: Scan = (text, from) => {
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === '"') return at + 1;
    else if ((text[at] ?? "") < " ") throw invalid(text[at], "in string literal");
  }
  throw unexpectedEnd();
};

const scanNumber: Scan = (text, from) => {
  const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/u.exec(text.slice(from))?.[0];
  if (number === undefined) throw invalid(text[from + 1], "in numeric literal");
  return from + number.length;
};

function scanLiteral(text: string, from: number, word: string): number {
  for (let i = 1; i < word.length; i += 1) {
    const c = text[from + i];
    if (c === undefined) throw unexpectedEnd();
    if (c !== word[i]) throw invalid(c, `in literal ${word} (expecting '${word[i] ?? ""}')`);
  }
  return from + word.length;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (" \t\r\n".includes(text[at] ?? "x")) at += 1;
  return at;
}

function unexpectedEnd(): BindFailure {
  return new BindFailure("unexpected EOF");
}

function invalid(character: string | undefined, where: string): BindFailure {
  return new BindFailure(`invalid character '${character ?? ""}' ${where}`);
}

/** Positions inside JSON text: raw bytes are the truth, so what is changed is changed in place. */

export type Path = readonly (string | number)[];

export interface ValueSpan {
  path: Path;
  kind: "string" | "object" | "array" | "other";
  /** Offsets in UTF-16 units; a string's include its quotes. */
  start: number;
  end: number;
}

const MAX_DEPTH = 500;
const SCALAR_END = /[,\]}\s]/g;

/** Every value of `text`, parents before children. Undefined when the text is not JSON. */
export function jsonSpans(text: string): ValueSpan[] | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  const spans: ValueSpan[] = [];
  let at = 0;

  const skipSpace = (): void => {
    while (" \t\r\n".includes(text[at] ?? "x")) at++;
  };
  const readString = (): string => {
    const start = at;
    at = stringEnd(text, at);
    return text.slice(start, at);
  };
  const readValue = (path: Path): void => {
    skipSpace();
    const first = text[at];
    const span: ValueSpan = { path, kind: "other", start: at, end: at };
    spans.push(span);
    if (path.length > MAX_DEPTH) throw new RangeError("JSON is nested too deep");
    if (first === "{") {
      span.kind = "object";
      readItems("}", () => {
        const key = JSON.parse(readString()) as string;
        skipSpace();
        at++;
        readValue([...path, key]);
      });
    } else if (first === "[") {
      span.kind = "array";
      let index = 0;
      readItems("]", () => readValue([...path, index++]));
    } else if (first === '"') {
      span.kind = "string";
      readString();
    } else {
      SCALAR_END.lastIndex = at;
      at = SCALAR_END.exec(text)?.index ?? text.length;
    }
    span.end = at;
  };
  const readItems = (close: string, readItem: () => void): void => {
    at++;
    skipSpace();
    while (text[at] !== close) {
      readItem();
      skipSpace();
      if (text[at] === ",") at++;
      skipSpace();
    }
    at++;
  };

  try {
    readValue([]);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  return spans;
}

/** Offset behind the closing quote of the string literal that opens at `start`. */
function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return Math.min(at + 1, text.length);
}

export interface Literal {
  /** Offsets of the text between the quotes. */
  start: number;
  end: number;
  /** The key this literal is the value of, when it directly follows one. */
  key: string | undefined;
}

/** String literals that are values, in JSON or in lines of JSON (NDJSON, SSE). */
export function literals(text: string): Literal[] {
  const found: Literal[] = [];
  let key: string | undefined;
  let at = text.indexOf('"');
  while (at >= 0) {
    const end = stringEnd(text, at);
    const isKey = /^\s*:/.test(text.slice(end, end + 8));
    if (isKey) key = text.slice(at + 1, end - 1);
    else found.push({ start: at + 1, end: end - 1, key: keyedBy(text, at) ? key : undefined });
    at = text.indexOf('"', end);
  }
  return found;
}

function keyedBy(text: string, quote: number): boolean {
  return /:\s*$/.test(text.slice(Math.max(0, quote - 8), quote));
}

/** The units of a literal's inside: how each is written, and what it stands for. */
export interface Unit {
  raw: string;
  /** One UTF-16 unit. */
  char: string;
}

const UNIT = /\\u[0-9a-fA-F]{4}|\\[^u]|[^\\]/gs;
const SHORT: Record<string, string> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

export function units(inside: string): Unit[] {
  return Array.from(inside.matchAll(UNIT), ([raw]) => ({ raw, char: unescape(raw) }));
}

function unescape(raw: string): string {
  if (raw.length === 1) return raw;
  if (raw[1] === "u") return String.fromCharCode(Number.parseInt(raw.slice(2), 16));
  const letter = raw[1] ?? "";
  return SHORT[letter] ?? letter;
}

/** Decoded text of a literal's inside; undefined when it is not a legal literal. */
export function decodeLiteral(inside: string): string | undefined {
  if (!inside.includes("\\")) return inside;
  try {
    return JSON.parse(`"${inside}"`) as string;
  } catch {
    return undefined;
  }
}

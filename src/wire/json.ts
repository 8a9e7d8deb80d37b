import { markKeys, mayLoseOrder, unmarkKeys, writeJson } from "./key-order.ts";

/** Deeper JSON is refused, so that nobody after the parser can be made to overflow the stack. */
export const MAX_JSON_DEPTH = 1000;

/** Only a text with such a number (many digits, an exponent, `-0`) can hold a lossy one. */
const SUSPECT_NUMBER =
  /(?:^|[:,[\s])(-?\d[\d.]{15,}(?:[eE][+-]?\d+)?|-?[\d.]+[eE][+-]?\d+|-0(?:\.0+)?)(?=[\s,\]}]|$)/g;

interface ReviverContext {
  source?: string;
}

interface RawJson {
  readonly rawJSON: string;
}

/** What Node 22 has and TypeScript's `es2024` library does not know yet. */
const json = JSON as unknown as {
  rawJSON(text: string): RawJson;
  isRawJSON(value: unknown): value is RawJson;
  parse(text: string, reviver: (key: string, value: unknown, context: ReviverContext) => unknown): unknown;
};

/**
 * `JSON.parse` that loses no number: one that a double cannot hold (2^53+1, 1e400, -0, too many
 * digits) becomes a raw-JSON object, which `stringifyJson` writes as it was read. A `__proto__` key
 * is an ordinary own key, and keys that look like integers are written where they stood.
 *
 * Throws SyntaxError on anything that is not JSON or is nested deeper than `MAX_JSON_DEPTH`.
 */
export function parseJson(text: string): unknown {
  refuseDepth(text);
  const inOrder = !mayLoseOrder(text);
  if (inOrder && !mayLoseNumbers(text)) return JSON.parse(text);
  if (inOrder) return json.parse(text, keepNumber);
  JSON.parse(text); // What is no JSON is told of as it was sent.
  return json.parse(markKeys(text), (key, value, context) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? unmarkKeys(value as Record<string, unknown>)
      : keepNumber(key, value, context),
  );
}

function keepNumber(_key: string, value: unknown, { source }: ReviverContext): unknown {
  return typeof value === "number" && source !== undefined && !isExact(value, source)
    ? json.rawJSON(source)
    : value;
}

/** Suspects in strings count too. Most are exact after all: `Number.MAX_SAFE_INTEGER` stands in many schemas. */
function mayLoseNumbers(text: string): boolean {
  for (const [, number = ""] of text.matchAll(SUSPECT_NUMBER))
    if (!isExact(Number(number), number)) return true;
  return false;
}

/** The inverse of `parseJson`; for anything else, `JSON.stringify`. */
export function stringifyJson(value: unknown): string {
  return writeJson(value);
}

/** A number that no double can hold, kept by `parseJson` as its source text. */
export function isBigNumber(value: unknown): value is RawJson {
  return json.isRawJSON(value);
}

/**
 * The raw text of the value at a path, byte for byte, without surrounding blanks; undefined when
 * the path leads nowhere. Of repeated keys the last counts, as in `JSON.parse`. The text must be
 * valid JSON: parse it first.
 */
export function sliceJson(text: string, path: readonly (string | number)[]): string | undefined {
  let at = skipBlanks(text, 0);
  for (const step of path) {
    const next = typeof step === "number" ? findItem(text, at, step) : findMember(text, at, step);
    if (next === undefined) return undefined;
    at = next;
  }
  return text.slice(at, skipValue(text, at));
}

/** Whether the double prints back the same decimal as its source, however that was written. */
function isExact(value: number, source: string): boolean {
  return Number.isFinite(value) && decimal(String(Object.is(value, -0) ? 0 : value)) === decimal(source);
}

/** One spelling for every way to write a decimal: sign, digits without outer zeros, exponent. */
function decimal(number: string): string {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(number) ?? [];
  const digits = (whole + fraction).replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  if (significant === "") return `${sign}0`;
  return `${sign}${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`;
}

function refuseDepth(text: string): void {
  if (text.length <= MAX_JSON_DEPTH || countOpeners(text) <= MAX_JSON_DEPTH) return;
  let depth = 0;
  const tokens = /["{}[\]]/g;
  for (let token = tokens.exec(text); token !== null; token = tokens.exec(text)) {
    if (token[0] === '"') tokens.lastIndex = skipString(text, token.index);
    else if (token[0] === "{" || token[0] === "[") depth++;
    else depth--;
    if (depth > MAX_JSON_DEPTH) throw new SyntaxError(`JSON is nested deeper than ${MAX_JSON_DEPTH} levels`);
  }
}

/** Counts `{` and `[`, in strings too, and stops when there are enough of them to matter. */
function countOpeners(text: string): number {
  let count = 0;
  for (const opener of ["{", "["]) {
    for (let at = text.indexOf(opener); at !== -1; at = text.indexOf(opener, at + 1)) {
      if (++count > MAX_JSON_DEPTH) return count;
    }
  }
  return count;
}

function findItem(text: string, at: number, index: number): number | undefined {
  if (text[at] !== "[") return undefined;
  let item = skipBlanks(text, at + 1);
  for (let n = 0; text[item] !== "]" && item < text.length; n++) {
    if (n === index) return item;
    item = skipBlanks(text, skipValue(text, item));
    if (text[item] === ",") item = skipBlanks(text, item + 1);
  }
  return undefined;
}

function findMember(text: string, at: number, key: string): number | undefined {
  if (text[at] !== "{") return undefined;
  let found: number | undefined;
  let member = skipBlanks(text, at + 1);
  while (text[member] === '"') {
    const keyEnd = skipString(text, member);
    const value = skipBlanks(text, skipBlanks(text, keyEnd) + 1);
    if (JSON.parse(text.slice(member, keyEnd)) === key) found = value;
    member = skipBlanks(text, skipValue(text, value));
    if (text[member] === ",") member = skipBlanks(text, member + 1);
  }
  return found;
}

function skipBlanks(text: string, from: number): number {
  const blanks = /[ \t\r\n]*/y;
  blanks.lastIndex = from;
  blanks.test(text);
  return blanks.lastIndex;
}

function skipString(text: string, from: number): number {
  let end = text.indexOf('"', from + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end === -1 ? text.length : end + 1;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text[at - 1 - backslashes] === "\\") backslashes++;
  return backslashes % 2 === 1;
}

function skipValue(text: string, from: number): number {
  const first = text[from];
  if (first === '"') return skipString(text, from);
  if (first !== "{" && first !== "[") {
    const scalar = /[^,\]}\s]*/y;
    scalar.lastIndex = from;
    scalar.test(text);
    return scalar.lastIndex;
  }
  let depth = 0;
  const tokens = /["{}[\]]/g;
  tokens.lastIndex = from;
  for (let token = tokens.exec(text); token !== null; token = tokens.exec(text)) {
    if (token[0] === '"') tokens.lastIndex = skipString(text, token.index);
    else depth += token[0] === "{" || token[0] === "[" ? 1 : -1;
    if (depth === 0) return tokens.lastIndex;
  }
  return text.length;
}

import { randomUUID } from "node:crypto";

/** Put before a key, it keeps JavaScript from taking the key for an index; no text has it in it. */
const MARK = `\ue000${randomUUID()}`;

/** JavaScript puts such keys first, in numerical order, wherever they stood. A quote inside a string is escaped. */
const INDEX_KEY = /(?<!\\)"((?:0|[1-9]\d*)"\s*:)/;
const INDEX_KEYS = new RegExp(INDEX_KEY, "g");

/** The keys of objects that JavaScript would put in another order, as they stood. */
const ORDERS = new WeakMap<object, readonly string[]>();

let isWriting = false;
let hasMarks = false;

/** Whether the JSON text may have an object whose order JavaScript would change. */
export function mayLoseOrder(text: string): boolean {
  return INDEX_KEY.test(text);
}

/** The text with such keys marked; every object parsed from it has to go through `unmarkKeys`, innermost first. */
export function markKeys(text: string): string {
  return text.replace(INDEX_KEYS, `"${MARK}$1`);
}

/** The object without marks; it is written in its own order by `writeJson`. */
export function unmarkKeys(object: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(object);
  if (!entries.some(([key]) => key.startsWith(MARK))) return object;
  return fromEntries(entries.map(([key, value]) => [withoutMark(key), value]));
}

/** `Object.entries` in the order of the text that the object was parsed from; keys that came later come last. */
export function entriesOf(object: Readonly<Record<string, unknown>>): [string, unknown][] {
  const order = ORDERS.get(object);
  if (order === undefined) return Object.entries(object);
  const keys = new Set([...order, ...Object.keys(object)]);
  return [...keys].filter((key) => Object.hasOwn(object, key)).map((key) => [key, object[key]]);
}

/** `Object.fromEntries`; the order is kept for `writeJson` and `entriesOf`. */
export function fromEntries(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  const object: Record<string, unknown> = Object.fromEntries(entries);
  const order = [...new Set(entries.map(([key]) => key))];
  const isSorted = Object.keys(object).every((key, n) => key === order[n]);
  if (isSorted || "toJSON" in object) return object;
  ORDERS.set(object, order);
  return Object.defineProperty(object, "toJSON", { value: toJson });
}

/** `JSON.stringify` that keeps orders. */
export function writeJson(value: unknown): string {
  isWriting = true;
  hasMarks = false;
  try {
    const text = JSON.stringify(value);
    return hasMarks ? text.replaceAll(MARK, "") : text;
  } finally {
    isWriting = false;
  }
}

/** What `JSON.stringify` writes instead of the object: the object itself, unless marks are taken out afterwards. */
function toJson(this: Record<string, unknown>): Record<string, unknown> {
  if (!isWriting) return this;
  hasMarks = true;
  return Object.fromEntries(entriesOf(this).map(([key, value]) => [MARK + key, value]));
}

function withoutMark(key: string): string {
  return key.startsWith(MARK) ? key.slice(MARK.length) : key;
}

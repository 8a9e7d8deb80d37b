/**
 * JSON text as Go's encoding/json writes it: `<`, `>`, `&` and the two line separators escaped.
 * Keys keep their order; members that are `undefined` are left out.
 *
 * Source: https://pkg.go.dev/encoding/json#Marshal
 */
export function goJson(value: unknown): string {
  isOrdered = false;
  const text = JSON.stringify(value);
  return escapeJson(isOrdered ? write(value) : text);
}

export function escapeJson(text: string): string {
  return text.replaceAll(/[<>&\u2028\u2029]/gu, escape);
}

/** Whether what is being written holds a `GoObject`: few answers do, and they are written by hand. */
let isOrdered = false;

/** An object whose keys stand in an order that JavaScript would change, and numbers as Go writes them. */
export class GoObject {
  readonly members: readonly (readonly [key: string, value: unknown])[];

  constructor(members: GoObject["members"]) {
    this.members = members;
  }

  toJSON(): null {
    isOrdered = true;
    return null;
  }
}

/** JSON text that keeps minus zero, with nothing escaped that need not be. */
export function write(value: unknown): string {
  if (Object.is(value, -0)) return "-0";
  if (Array.isArray(value)) return `[${value.map(write).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = membersOf(value).filter(([, child]) => child !== undefined);
  return `{${members.map(([key, child]) => `${JSON.stringify(key)}:${write(child)}`).join(",")}}`;
}

/** Keys and values of any object, in the order in which they are written. */
export function membersOf(value: object): GoObject["members"] {
  return value instanceof GoObject ? value.members : Object.entries(value);
}

/** The same with the keys of every object sorted, as Go writes a map. */
export function goJsonSorted(value: unknown): string {
  return goJson(sorted(value));
}

function escape(character: string): string {
  return String.raw`\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** A value whose objects have their keys sorted. */
export function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  const entries = membersOf(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const members = entries.map(([key, child]) => [key, sorted(child)] as const);
  return value instanceof GoObject ? new GoObject(members) : Object.fromEntries(members);
}

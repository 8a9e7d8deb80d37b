/**
 * JSON text as Go's encoding/json writes it: `<`, `>`, `&` and the two line separators escaped.
 * Keys keep their order; members that are `undefined` are left out.
 *
 * Source: https://pkg.go.dev/encoding/json#Marshal
 */
export function goJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(/[<>&\u2028\u2029]/gu, escape);
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
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, child]) => [key, sorted(child)]));
}

import { createHash } from "node:crypto";

export function digest12(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

/** SHA-256 of a JSON value whatever the order of its keys. */
export function digestOf(value: unknown): string {
  return digest12(sortedJson(value));
}

function sortedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sortedJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${sortedJson(item)}`).join(",")}}`;
}

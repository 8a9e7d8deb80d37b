import { asObject } from "../../upstream/read.ts";

/** Longer names and escapes in them are read by some compilers only. */
const PLAIN = /^#(?:\/[\w$.-]+)+$/;

/** Whether a `$ref` leads, by plain names, to a schema of the same document that is not itself only a way back. */
export function isReadableReference(reference: unknown, root: Record<string, unknown>): boolean {
  const seen = new Set<unknown>();
  for (let at = reference; at !== undefined;) {
    if (typeof at !== "string" || !PLAIN.test(at) || seen.has(at)) return false;
    seen.add(at);
    const target = follow(at, root);
    if (target === undefined) return false;
    at = target["$ref"];
  }
  return true;
}

function follow(reference: string, root: Record<string, unknown>): Record<string, unknown> | undefined {
  let at: unknown = root;
  for (const name of reference.split("/").slice(1)) {
    const parent = Array.isArray(at) ? (at as unknown as Record<string, unknown>) : asObject(at);
    if (parent === undefined || !Object.hasOwn(parent, name)) return undefined;
    at = parent[name];
  }
  return asObject(at);
}

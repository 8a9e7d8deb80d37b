import { createHash } from "node:crypto";

const PORTABLE = /^[a-zA-Z0-9_-]{1,64}$/;
const KEPT = 51;

/**
 * A tool's name as every upstream takes it. A longer one, or one in a wider alphabet, is shortened to
 * its beginning and a hash: the same name always gives the same one, so history stays consistent.
 */
export function upstreamName(name: string): string {
  if (PORTABLE.test(name)) return name;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 12);
  return `${name.replace(/[^a-zA-Z0-9_-]/g, "_").slice(0, KEPT)}_${hash}`;
}

import { readFileSync } from "node:fs";

/**
 * Settings that a client behind a bridge needs. Its WebFetch asks claude.ai whether it may read a
 * domain, which a machine without that account, or without the Internet, cannot be told.
 *
 * Source: https://code.claude.com/docs/en/settings (`skipWebFetchPreflight`)
 */
const NEEDED = { skipWebFetchPreflight: true };

const FLAG = "--settings";

/**
 * The client's arguments with these settings. The client takes one `--settings`, so a user's own, JSON or
 * a file, is joined with them and wins; one that cannot be read stays as it is: the client will say so.
 */
export function withSettings(args: readonly string[]): string[] {
  const at = args.findIndex((arg) => arg === FLAG || arg.startsWith(`${FLAG}=`));
  if (at === -1) return [FLAG, JSON.stringify(NEEDED), ...args];
  const joined = args[at] === FLAG;
  const given = joined ? args[at + 1] : args[at]?.slice(FLAG.length + 1);
  const own = given === undefined ? undefined : read(given);
  if (own === undefined) return [...args];
  const merged = JSON.stringify({ ...NEEDED, ...own });
  return [...args.slice(0, at), FLAG, merged, ...args.slice(at + (joined ? 2 : 1))];
}

function read(given: string): object | undefined {
  try {
    const text = given.trim().startsWith("{") ? given : readFileSync(given, "utf8");
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

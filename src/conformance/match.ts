import { isDeepStrictEqual } from "node:util";
import { excerpt, isRecord, show } from "./path.ts";

/** Conditions on one value; all that are given must hold. */
export interface Match {
  equals?: unknown;
  one_of?: unknown[];
  /** Regular expression over the text of the value. */
  matches?: string;
  contains?: string | string[];
  lacks?: string | string[];
  at_least?: number;
  at_most?: number;
  type?: "string" | "integer" | "number" | "boolean" | "object" | "array" | "null";
  absent?: boolean;
  present?: boolean;
  /** Number of characters, items or keys. */
  length?: number;
}

/** JSON schema of the members of a Match, for rules that take one. */
export const MATCH_PROPERTIES: Record<string, unknown> = {
  equals: {},
  one_of: { type: "array" },
  matches: { type: "string" },
  contains: { type: ["string", "array"] },
  lacks: { type: ["string", "array"] },
  at_least: { type: "number" },
  at_most: { type: "number" },
  type: { enum: ["string", "integer", "number", "boolean", "object", "array", "null"] },
  absent: { const: true },
  present: { const: true },
  length: { type: "integer" },
};

type Condition = (value: unknown, wanted: never) => string | null;

const unless = (holds: boolean, complaint: string): string | null => (holds ? null : complaint);

const words = (wanted: string | string[]): string[] => (Array.isArray(wanted) ? wanted : [wanted]);

const CONDITIONS: Record<keyof Match, Condition> = {
  equals: (value, wanted: unknown) =>
    unless(isDeepStrictEqual(value, wanted), `is ${brief(value)}, not ${brief(wanted)}`),
  one_of: (value, wanted: unknown[]) =>
    unless(
      wanted.some((one) => isDeepStrictEqual(value, one)),
      `is ${brief(value)}, none of ${brief(wanted)}`,
    ),
  matches: (value, wanted: string) =>
    unless(
      value !== undefined && new RegExp(wanted, "u").test(show(value)),
      `${brief(value)} does not match ${wanted}`,
    ),
  contains: (value, wanted: string | string[]) =>
    firstOf(words(wanted), (word) =>
      unless(value !== undefined && show(value).includes(word), `lacks ${brief(word)}`),
    ),
  lacks: (value, wanted: string | string[]) =>
    firstOf(words(wanted), (word) => unless(!show(value ?? "").includes(word), `contains ${brief(word)}`)),
  at_least: (value, wanted: number) =>
    unless(typeof value === "number" && value >= wanted, `is ${brief(value)}, less than ${wanted}`),
  at_most: (value, wanted: number) =>
    unless(typeof value === "number" && value <= wanted, `is ${brief(value)}, more than ${wanted}`),
  type: (value, wanted: string) => unless(typeOf(value, wanted), `is ${brief(value)}, no ${wanted}`),
  absent: (value) => unless(value === undefined, `is there: ${brief(value)}`),
  present: (value) => unless(value !== undefined, "is absent"),
  length: (value, wanted: number) =>
    unless(lengthOf(value) === wanted, `has length ${lengthOf(value)}, not ${wanted}`),
};

/** What is wrong with the value, or null. Anything but an object of conditions means `equals`. */
export function mismatch(value: unknown, match: unknown): string | null {
  const conditions = isMatch(match) ? match : { equals: match };
  return firstOf(Object.entries(conditions), ([name, wanted]) => {
    const condition = CONDITIONS[name as keyof Match];
    return condition(value, wanted as never);
  });
}

/** A match without the rule's other arguments (`at`, `name`, …). */
export function conditionsOf(args: Record<string, unknown>): Match {
  return Object.fromEntries(
    Object.entries(args).filter(([name]) => Object.hasOwn(CONDITIONS, name)),
  ) as Match;
}

function isMatch(value: unknown): value is Match {
  return (
    isRecord(value) &&
    Object.keys(value).length > 0 &&
    Object.keys(value).every((key) => Object.hasOwn(CONDITIONS, key))
  );
}

function firstOf<T>(items: readonly T[], complaint: (item: T) => string | null): string | null {
  for (const item of items) {
    const found = complaint(item);
    if (found !== null) return found;
  }
  return null;
}

function typeOf(value: unknown, wanted: string): boolean {
  if (wanted === "null") return value === null;
  if (wanted === "array") return Array.isArray(value);
  if (wanted === "object") return isRecord(value);
  if (wanted === "integer") return Number.isInteger(value);
  return typeof value === wanted;
}

function lengthOf(value: unknown): number {
  if (typeof value === "string" || Array.isArray(value)) return value.length;
  return isRecord(value) ? Object.keys(value).length : -1;
}

function brief(value: unknown): string {
  return excerpt(value === undefined ? "absent" : JSON.stringify(value), 160);
}

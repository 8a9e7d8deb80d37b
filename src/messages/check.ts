import { isBigNumber } from "../wire/json.ts";
import { invalidRequest } from "./api-error.ts";

/** A JSON object whose fields are not checked yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** Longest piece of a client's own value that an error message repeats. */
const MAX_ECHO = 64;

/** The path one step further: `messages.0.content`. */
export function at(path: string, step: string | number): string {
  return path === "" ? String(step) : `${path}.${step}`;
}

/** A client's value as an error message may show it: quoted and short. */
export function echo(value: string): string {
  return `'${value.length > MAX_ECHO ? `${value.slice(0, MAX_ECHO)}…` : value}'`;
}

export function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isBigNumber(value);
}

/** The checks below throw ApiError 400 with a message that starts with `path`. */
export function requireFields(value: unknown, path: string): Fields {
  if (isFields(value)) return value;
  throw invalidRequest(path, value === undefined ? "Field required" : "Input should be an object");
}

export function requireArray(value: unknown, path: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw invalidRequest(path, value === undefined ? "Field required" : "Input should be a list");
}

export function requireString(value: unknown, path: string): string {
  if (typeof value === "string") return value;
  throw invalidRequest(path, value === undefined ? "Field required" : "Input should be a string");
}

export function requireText(value: unknown, path: string): string {
  const text = requireString(value, path);
  if (text === "") throw invalidRequest(path, "Input should have at least 1 character");
  return text;
}

export function requireInteger(value: unknown, path: string, minimum: number): number {
  if (value === undefined) throw invalidRequest(path, "Field required");
  if (typeof value !== "number" || !Number.isSafeInteger(value)) {
    throw invalidRequest(path, "Input should be a valid integer");
  }
  if (value < minimum) throw invalidRequest(path, `Input should be greater than or equal to ${minimum}`);
  return value;
}

/** A number from `minimum` to `maximum`, also one that `parseJson` kept as text. */
export function requireNumber(value: unknown, path: string, minimum: number, maximum: number): number {
  const number = isBigNumber(value) ? Number(value.rawJSON) : value;
  if (typeof number !== "number") throw invalidRequest(path, "Input should be a valid number");
  if (number >= minimum && number <= maximum) return number;
  throw invalidRequest(path, `Input should be between ${minimum} and ${maximum}`);
}

export function requireOneOf<T extends string>(value: unknown, path: string, allowed: readonly T[]): T {
  const found = allowed.find((name) => name === value);
  if (found !== undefined) return found;
  if (value === undefined) throw invalidRequest(path, "Field required");
  const names = allowed.map((name) => `'${name}'`);
  const last = names.pop() ?? "";
  throw invalidRequest(path, `Input should be ${names.length > 0 ? `${names.join(", ")} or ` : ""}${last}`);
}

/** Null and absent pass: no optional field of the API may be refused for being null. */
export function optional(
  fields: Fields,
  key: string,
  path: string,
  check: (value: unknown, path: string) => unknown,
): void {
  const value = fields[key];
  if (!isAbsent(value)) check(value, at(path, key));
}

export function requireBoolean(value: unknown, path: string): boolean {
  if (typeof value === "boolean") return value;
  throw invalidRequest(path, "Input should be true or false");
}

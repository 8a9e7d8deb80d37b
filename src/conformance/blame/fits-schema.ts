import { isRecord, listOf, recordOf } from "../path.ts";

/**
 * Whether arguments keep to the top level of a tool's schema: what is required is there, nothing is there
 * that may not be, plain types and enums hold. Enough to tell a call that nobody had to repair.
 */
export function fitsSchema(input: Record<string, unknown>, schema: unknown): boolean {
  const { properties, required, additionalProperties } = recordOf(schema);
  const known = recordOf(properties);
  const present = listOf(required).every((key) => typeof key !== "string" || Object.hasOwn(input, key));
  return (
    present &&
    Object.entries(input).every(([key, value]) =>
      Object.hasOwn(known, key) ? fits(value, known[key]) : additionalProperties !== false,
    )
  );
}

function fits(value: unknown, schema: unknown): boolean {
  const { type, enum: values } = recordOf(schema);
  if (Array.isArray(values) && !values.includes(value)) return false;
  const types = listOf(typeof type === "string" ? [type] : type);
  return types.length === 0 || types.some((one) => isOf(value, one));
}

function isOf(value: unknown, type: unknown): boolean {
  if (type === "integer") return Number.isInteger(value) || isRecord(value);
  // A number that no double holds is an object to us.
  if (type === "number") return typeof value === "number" || isRecord(value);
  if (type === "array") return Array.isArray(value);
  if (type === "object") return isRecord(value);
  return type === "null" ? value === null : typeof value === type;
}

import { BindFailure } from "./http/failure.ts";

/** A field of a Go struct: its JSON kind, the type that Go names in errors, and what lies below. */
export interface Field {
  kind: "string" | "bool" | "number" | "array" | "object";
  type: string;
  /** For arrays: the fields of each element. For objects: of the object. */
  fields?: Record<string, Field>;
}

/** Checks a decoded body against Go's types and returns it. Throws `BindFailure` in Go's words. */
export function bindStruct(
  value: unknown,
  root: string,
  type: string,
  fields: Record<string, Field>,
): Record<string, unknown> {
  if (value === null) return {};
  if (kindOf(value) !== "object") {
    throw new BindFailure(`json: cannot unmarshal ${kindOf(value)} into Go value of type ${type}`);
  }
  checkFields(value as Record<string, unknown>, root, fields);
  return value as Record<string, unknown>;
}

function checkFields(value: Record<string, unknown>, path: string, fields: Record<string, Field>): void {
  for (const [name, field] of Object.entries(fields)) {
    const child = value[name];
    if (child === undefined || child === null) continue;
    const at = `${path}.${name}`;
    if (kindOf(child) !== field.kind) {
      throw new BindFailure(
        `json: cannot unmarshal ${kindOf(child)} into Go struct field ${at} of type ${field.type}`,
      );
    }
    if (field.fields === undefined) continue;
    const below = Array.isArray(child) ? child : [child];
    for (const entry of below) {
      if (kindOf(entry) === "object") checkFields(entry as Record<string, unknown>, at, field.fields);
    }
  }
}

/** The string, or an empty one for anything else. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "array";
  if (value === null) return "null";
  return typeof value === "boolean" ? "bool" : typeof value;
}

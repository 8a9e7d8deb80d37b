import { textOf } from "./go-bind.ts";
import type { ModelScript } from "./script.ts";

/**
 * A grammar holds the model to its format. A script that already is JSON plays as it is; any other
 * is replaced by the smallest value that the format allows.
 */
export function conformPieces(script: ModelScript, format: unknown): ModelScript {
  if (format === undefined || format === null || format === "") return script;
  if (isJson(script)) return script;
  const value = format === "json" ? {} : smallest(format as Record<string, unknown>);
  return { marker: script.marker, pieces: [JSON.stringify(value)] };
}

function isJson({ pieces, loop }: ModelScript): boolean {
  if (loop !== undefined) return false;
  try {
    JSON.parse(pieces.filter((piece) => typeof piece === "string").join(""));
    return true;
  } catch {
    return false;
  }
}

const SMALLEST: Record<string, unknown> = {
  string: "",
  integer: 0,
  number: 0,
  boolean: false,
  null: null,
  array: [],
};

/** The smallest value for a JSON Schema: required members only, the first of an enum. */
function smallest(schema: Record<string, unknown>): unknown {
  if ("const" in schema) return schema["const"];
  if (Array.isArray(schema["enum"])) return schema["enum"][0];
  const type = [schema["type"] ?? "object"].flat().map(textOf)[0] ?? "";
  if (type !== "object") return SMALLEST[type] ?? null;
  const properties = (schema["properties"] ?? {}) as Record<string, Record<string, unknown>>;
  const required = Array.isArray(schema["required"]) ? schema["required"].map(String) : [];
  return Object.fromEntries(required.map((name) => [name, smallest(properties[name] ?? {})]));
}

import { asArray, asObject } from "../../upstream/read.ts";
import { stringifyJson } from "../../wire/json.ts";
import { entriesOf, fromEntries } from "../../wire/key-order.ts";

/** Annotations: nothing is lost with them. */
export const SILENT: ReadonlySet<string> = new Set([
  "$schema",
  "$id",
  "$comment",
  "title",
  "examples",
  "deprecated",
  "readOnly",
  "writeOnly",
]);
/** What Ollama's `/api/chat` keeps of a tool's parameters, on top and in each property. */
const KEPT_ON_TOP = new Set(["type", "properties", "required", "items", "$defs", "description"]);
const KEPT_IN_PROPERTY = new Set(["type", "description", "enum", "items", "anyOf", "properties", "required"]);

/**
 * The constraints of a schema that Ollama drops before the model sees it, as lines for the tool's
 * description; empty when there are none.
 * Source: Ollama `api/types.go`, `ToolFunctionParameters` and `ToolProperty`.
 */
export function lostConstraints(schema: Record<string, unknown>): string[] {
  const lines: string[] = [];
  describe(schema, "", KEPT_ON_TOP, lines);
  return lines;
}

function describe(
  schema: Record<string, unknown>,
  path: string,
  kept: ReadonlySet<string>,
  lines: string[],
): void {
  const lost = Object.entries(schema)
    .filter(([key]) => !kept.has(key) && !SILENT.has(key))
    .map(([key, value]) => `${key} ${stringifyJson(value)}`);
  if (lost.length > 0) lines.push(`${path === "" ? "(input)" : path}: ${lost.join(", ")}`);
  for (const [name, property] of Object.entries(asObject(schema["properties"]) ?? {})) {
    const nested = asObject(property);
    const at = path === "" ? name : `${path}.${name}`;
    if (nested !== undefined) describe(nested, at, KEPT_IN_PROPERTY, lines);
  }
}

/** `parameters` as Ollama decodes it: an object with `properties`, and no boolean schemas. */
export function fitOllamaParameters(schema: Record<string, unknown>): Record<string, unknown> {
  const properties = asObject(schema["properties"]) ?? {};
  return {
    ...schema,
    type: schema["type"] ?? "object",
    properties: fromEntries(entriesOf(properties).map(([name, property]) => [name, fitProperty(property)])),
  };
}

function fitProperty(property: unknown): unknown {
  const schema = asObject(property);
  if (schema === undefined) return {};
  const fitted: Record<string, unknown> = { ...schema };
  if (schema["properties"] !== undefined) fitted["properties"] = fitOllamaParameters(schema)["properties"];
  if (schema["anyOf"] !== undefined) fitted["anyOf"] = asArray(schema["anyOf"]).map(fitProperty);
  return fitted;
}

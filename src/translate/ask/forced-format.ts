import { invalidRequest } from "../../messages/api-error.ts";
import { asObject } from "../../upstream/read.ts";
import { stringifyJson } from "../../wire/json.ts";
import { upstreamName } from "./tool-names.ts";
import type { VisibleTool } from "./visible-tool.ts";

/**
 * The schema of an answer that is exactly one call: `{"name": …, "arguments": {…}}`, one alternative
 * per tool. Definitions move to the top, since references are resolved from there.
 */
export function forcedFormat(tools: readonly VisibleTool[]): Record<string, unknown> {
  const definitions: Record<string, unknown> = {};
  const alternatives = tools.map((tool, n) => {
    const { $defs, definitions: legacy, $schema: _schema, $id: _id, ...schema } = tool.schema;
    for (const [name, definition] of Object.entries({ ...asObject(legacy), ...asObject($defs) })) {
      definitions[`t${n}_${name}`] = moveReferences(definition, n);
    }
    return {
      type: "object",
      properties: {
        name: { type: "string", enum: [upstreamName(tool.name)] },
        arguments: { type: "object", ...asObject(moveReferences(schema, n)) },
      },
      required: ["name", "arguments"],
      additionalProperties: false,
    };
  });
  const [single] = alternatives;
  const format: Record<string, unknown> =
    alternatives.length === 1 && single !== undefined ? { ...single } : { anyOf: alternatives };
  if (Object.keys(definitions).length > 0) format["$defs"] = definitions;
  return format;
}

function moveReferences(schema: unknown, n: number): unknown {
  if (Array.isArray(schema)) return schema.map((entry) => moveReferences(entry, n));
  const object = asObject(schema);
  if (object === undefined) return schema;
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [
      key,
      key === "$ref" && typeof value === "string" ? moveReference(value, n) : moveReferences(value, n),
    ]),
  );
}

function moveReference(reference: string, n: number): string {
  const name = /^#\/(?:\$defs|definitions)\/([^/]+)$/.exec(reference)?.[1];
  if (name === undefined) {
    throw invalidRequest(
      "tool_choice",
      `a forced call cannot be had for a schema with the reference "${reference}"`,
    );
  }
  return `#/$defs/t${n}_${name}`;
}

/**
 * What the model is told beside the constraint, at the very end of the prompt: the prefix before it
 * stays in the cache.
 */
export function forcedInstruction(tools: readonly VisibleTool[]): string {
  const listed = tools.map((tool) =>
    stringifyJson({ name: upstreamName(tool.name), description: tool.description, parameters: tool.schema }),
  );
  return [
    "Call exactly one of these tools now. Answer with nothing but JSON of the form",
    '{"name": "<tool name>", "arguments": {…}}.',
    ...listed,
  ].join("\n");
}

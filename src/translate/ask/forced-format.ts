import { invalidRequest } from "../../messages/api-error.ts";
import { asObject } from "../../upstream/read.ts";
import { isBigNumber, stringifyJson } from "../../wire/json.ts";
import { upstreamName } from "./tool-names.ts";
import type { VisibleTool } from "./visible-tool.ts";

type Schema = Record<string, unknown>;

/**
 * The schema of an answer that is exactly one call: `{"name": …, "arguments": {…}}`, one alternative
 * per tool; with `answer`, a schema of the client's, that is one more. Definitions move to the top,
 * since references are resolved from there.
 */
export function forcedFormat(tools: readonly VisibleTool[], answer?: Schema): Schema {
  const definitions: Schema = {};
  const alternatives = tools.map((tool, n) => ({
    type: "object",
    properties: {
      name: { type: "string", enum: [upstreamName(tool.name)] },
      arguments: { type: "object", ...hoistDefinitions(tool.schema, n, definitions, "leave-out") },
    },
    required: ["name", "arguments"],
    additionalProperties: false,
  }));
  if (answer !== undefined) {
    const format = [...alternatives, hoistDefinitions(answer, tools.length, definitions, "refuse")];
    return { anyOf: format, ...(Object.keys(definitions).length > 0 && { $defs: definitions }) };
  }
  const [single] = alternatives;
  const format: Record<string, unknown> =
    alternatives.length === 1 && single !== undefined ? { ...single } : { anyOf: alternatives };
  if (Object.keys(definitions).length > 0) format["$defs"] = definitions;
  return format;
}

/** A schema whose definitions have gone to `definitions`, under names that no other schema uses. */
function hoistDefinitions(given: Schema, n: number, definitions: Schema, onOdd: OnOdd): Schema {
  const { $defs, definitions: legacy, $schema: _schema, $id: _id, ...schema } = given;
  for (const [name, definition] of Object.entries({ ...asObject(legacy), ...asObject($defs) })) {
    definitions[`t${n}_${name}`] = moveReferences(definition, n, onOdd);
  }
  return asObject(moveReferences(schema, n, onOdd)) ?? {};
}

/** A reference that cannot be moved: in a tool, whose schema is told in words too, it is left out. */
type OnOdd = "leave-out" | "refuse";

function moveReferences(schema: unknown, n: number, onOdd: OnOdd): unknown {
  if (Array.isArray(schema)) return schema.map((entry) => moveReferences(entry, n, onOdd));
  const object = isBigNumber(schema) ? undefined : asObject(schema);
  if (object === undefined) return schema;
  return Object.fromEntries(
    Object.entries(object).flatMap(([key, value]) => {
      if (key !== "$ref" || typeof value !== "string") return [[key, moveReferences(value, n, onOdd)]];
      const name = /^#\/(?:\$defs|definitions)\/([^/]+)$/.exec(value)?.[1];
      if (name !== undefined) return [[key, `#/$defs/t${n}_${name}`]];
      if (onOdd === "leave-out") return [];
      throw invalidRequest("output_config.format", `cannot have the reference "${value}" beside tools`);
    }),
  );
}

/**
 * What the model is told beside the constraint, at the very end of the prompt: the prefix before it
 * stays in the cache.
 */
export function forcedInstruction(tools: readonly VisibleTool[], answer?: Schema): string {
  const listed = tools.map((tool) =>
    stringifyJson({ name: upstreamName(tool.name), description: tool.description, parameters: tool.schema }),
  );
  if (answer === undefined) {
    return [
      "Call exactly one of these tools now. Answer with nothing but JSON of the form",
      '{"name": "<tool name>", "arguments": {…}}.',
      ...listed,
    ].join("\n");
  }
  return [
    "Answer with nothing but JSON. To call one of these tools, answer with the form",
    '{"name": "<tool name>", "arguments": {…}}.',
    ...listed,
    "When no call is needed, answer with the form of this schema:",
    stringifyJson(answer),
  ].join("\n");
}

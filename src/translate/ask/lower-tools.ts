import type { ModelFlags, SchemaDetail } from "../../upstream/flags.ts";
import { asObject } from "../../upstream/read.ts";
import { stringifyJson } from "../../wire/json.ts";
import { lowerSchema } from "./lower-schema.ts";
import type { VisibleTool } from "./visible-tool.ts";

type Named = Pick<VisibleTool, "name" | "schema">;
type Lowering = Pick<ModelFlags, "toolSchemas" | "opaqueTools">;

/** Tools that are each suspected alone before several are at once. */
const ALONE = 16;

/** What tells a tool from all others, with its schema: one of the same name may be fine. */
function toolKey({ name, schema }: Named): string {
  return stringifyJson([name, schema]);
}

/** The tools with as much of their schemas as the upstream takes; the rest is told in their descriptions. */
export function lowerTools(tools: readonly VisibleTool[], flags: ModelFlags): VisibleTool[] {
  const { toolSchemas, opaqueTools } = flags;
  return tools.map((tool) => {
    if (opaqueTools.length > 0 && opaqueTools.includes(toolKey(tool))) return opaque(tool, flags);
    const { schema, lost } = lowerSchema(tool.schema, toolSchemas);
    return schema === tool.schema ? tool : { ...tool, schema, lost };
  });
}

/** The schema as text. Ollama needs the members' names: a model held to a grammar could write none without. */
function opaque({ name, description, schema }: VisibleTool, { dialect }: ModelFlags): VisibleTool {
  const told = `The input is an object of this JSON schema:\n${stringifyJson(schema)}`;
  const members = Object.keys(asObject(schema["properties"]) ?? {}).map((member) => [member, {}]);
  return {
    name,
    description: [description, told].filter((text) => text !== "").join("\n\n"),
    schema: {
      type: "object",
      ...(dialect === "ollama" && { properties: Object.fromEntries(members) as object }),
    },
    strict: false,
  };
}

/**
 * What to try, one after the other, on an upstream that refuses a schema: less detail in all of them, then one tool
 * after the other as text (the one that the refusal names, then the most intricate), then more and more at once.
 */
export function* lowerings(
  tools: readonly Named[],
  known: Lowering,
  refusal: string,
): Generator<Lowering, undefined> {
  const { opaqueTools } = known;
  const order: readonly SchemaDetail[] = ["full", "no-patterns", "structure"];
  for (const toolSchemas of order.slice(order.indexOf(known.toolSchemas) + 1))
    yield { toolSchemas, opaqueTools };
  const suspects = tools
    .map((tool) => ({ key: toolKey(tool), weight: suspicion(tool, refusal) }))
    .filter(({ key }) => !opaqueTools.includes(key))
    .sort((a, b) => b.weight - a.weight)
    .map(({ key }) => key);
  const toolSchemas = "structure";
  for (const key of suspects.slice(0, ALONE)) yield { toolSchemas, opaqueTools: [...opaqueTools, key] };
  for (let n = 2; n < suspects.length * 2; n *= 2)
    yield { toolSchemas, opaqueTools: [...opaqueTools, ...suspects.slice(0, n)] };
}

function suspicion({ name, schema }: Named, refusal: string): number {
  const text = stringifyJson(schema);
  const intricate = text.match(/"(?:\$ref|anyOf|oneOf|allOf|const|enum|additionalProperties)"/g)?.length ?? 0;
  const named = refusal.split(/[^\w-]+/).includes(name) ? 1_000_000 : 0;
  return named + intricate + text.length / 1_000_000;
}

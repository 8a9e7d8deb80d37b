import { ApiError, invalidRequest } from "../../messages/api-error.ts";
import type { ContentBlock, MessagesRequest, ToolDefinition } from "../../messages/types.ts";
import { clientToolOf } from "../../messages/client-tools.ts";
import { webToolOf } from "../../messages/web-tools.ts";
import { asArray, asObject, asText } from "../../upstream/read.ts";
import { stringifyJson } from "../../wire/json.ts";
import { functionOf } from "../server-tools/server-tool.ts";
import { functionOfClientTool } from "./client-tools.ts";
import type { Notes } from "./notes.ts";
import type { VisibleTool } from "./visible-tool.ts";

/** Stands in Claude Code's list for tools it has not loaded; no model ever called it. */
const PLACEHOLDER = "DeferredToolPlaceholder";

/** Input parameters of a tool without any. */
const NO_PARAMETERS: Record<string, unknown> = { type: "object", properties: {} };

/**
 * The tools the model sees, in the request's order: deferred ones only once a result, an addition or
 * a forced choice has named them (known from the history, so they stay loaded). Throws `ApiError` 400
 * for typed tools that are not known here, for a reference to no tool, and when all tools are deferred.
 */
export function visibleTools(request: MessagesRequest, notes: Notes): VisibleTool[] {
  const declared = [...(request.tools ?? []), ...inlineAdditions(request)];
  declared.forEach(refuseTyped);
  const { added, removed } = namedTools(request, new Set(declared.map((tool) => tool.name)));
  if (request.tool_choice?.type === "tool") added.add(request.tool_choice.name);
  const candidates = declared.filter((tool) => tool.name !== PLACEHOLDER);
  const visible = candidates.filter(
    (tool) =>
      !removed.has(tool.name) && mayBeCalled(tool) && (tool.defer_loading !== true || added.has(tool.name)),
  );
  if (
    candidates.length > 0 &&
    candidates.every((tool) => tool.defer_loading === true) &&
    visible.length === 0
  ) {
    throw invalidRequest("tools", "at least one tool must not have defer_loading");
  }
  return visible.map((tool) => render(tool, notes));
}

function refuseTyped(tool: ToolDefinition, n: number): void {
  const type = tool.type ?? "custom";
  if (type === "custom" || webToolOf(type) !== null || clientToolOf(type) !== null) return;
  throw invalidRequest(
    `tools.${n}.type`,
    `"${type}" is not supported: of the typed tools only web_search, web_fetch, bash, text_editor and memory are`,
  );
}

function mayBeCalled(tool: ToolDefinition): boolean {
  const callers = tool["allowed_callers"];
  return !Array.isArray(callers) || callers.length === 0 || callers.includes("direct");
}

function render(tool: ToolDefinition, notes: Notes): VisibleTool {
  const webTool = webToolOf(tool.type);
  if (webTool !== null) {
    if (tool["user_location"] != null)
      notes.add("ignored:user_location", "tools", "searches are not made from a location");
    return functionOf(webTool);
  }
  const clientTool = clientToolOf(tool.type);
  if (clientTool !== null) return functionOfClientTool(clientTool);
  const schema = tool.input_schema ?? NO_PARAMETERS;
  const strict = tool.strict === true && isStrictSchema(schema);
  if (tool.strict === true && !strict) {
    notes.add("tool-strict", "tools", `strict cannot be guaranteed for the schema of "${tool.name}"`);
  }
  const examples = asArray(tool["input_examples"]).map(
    (example) => `Example input: ${stringifyJson(example)}`,
  );
  return {
    name: tool.name,
    description: [tool.description ?? "", ...examples].filter((text) => text !== "").join("\n\n"),
    schema,
    strict,
  };
}

/** What OpenAI's strict mode asks for: every property required, no others allowed. */
export function isStrictSchema(schema: Record<string, unknown>): boolean {
  const names = Object.keys(asObject(schema["properties"]) ?? {});
  const required = new Set(asArray(schema["required"]));
  return schema["additionalProperties"] === false && names.every((name) => required.has(name));
}

/** Names that the history loaded or took away. */
function namedTools(
  request: MessagesRequest,
  declared: ReadonlySet<string>,
): { added: Set<string>; removed: Set<string> } {
  const added = new Set<string>();
  const removed = new Set<string>();
  request.messages.forEach((message, n) => {
    if (typeof message.content === "string") return;
    message.content.forEach((block, m) => {
      const path = `messages.${n}.content.${m}`;
      for (const [name, at] of referencesIn(block, path)) {
        if (!declared.has(name)) throw unresolved(name, at);
        added.add(name);
        removed.delete(name);
      }
      if (block.type !== "tool_removal") return;
      const name = toolName(block["tool"]);
      if (name === undefined || !declared.has(name)) throw unresolved(name ?? "", `${path}.tool`);
      removed.add(name);
    });
  });
  return { added, removed };
}

function referencesIn(block: ContentBlock, path: string): [name: string, path: string][] {
  if (block.type === "tool_reference") return [[block.tool_name, path]];
  if (block.type === "tool_result" && Array.isArray(block.content)) {
    return block.content.flatMap((entry, n) => referencesIn(entry, `${path}.content.${n}`));
  }
  if (block.type === "tool_search_tool_result") {
    const references = asArray(asObject(block["content"])?.["tool_references"]);
    return references.flatMap((entry) => {
      const name = asText(asObject(entry)?.["tool_name"]);
      return name === undefined ? [] : [[name, `${path}.content`] as [string, string]];
    });
  }
  if (block.type !== "tool_addition") return [];
  const name = toolName(block["tool"]);
  if (name === undefined) throw invalidRequest(`${path}.tool`, "only tools named one by one are supported");
  return [[name, `${path}.tool`]];
}

/** Tools defined within a `tool_addition` block. */
function inlineAdditions(request: MessagesRequest): ToolDefinition[] {
  return request.messages.flatMap((message) => {
    if (typeof message.content === "string") return [];
    return message.content.flatMap((block) => {
      const tool = block.type === "tool_addition" ? asObject(block["tool"]) : undefined;
      const name = asText(tool?.["name"]);
      return tool?.["input_schema"] === undefined || name === undefined ? [] : [{ ...tool, name }];
    });
  });
}

function toolName(tool: unknown): string | undefined {
  const named = asObject(tool);
  return asText(named?.["tool_name"]) ?? asText(named?.["name"]);
}

function unresolved(name: string, path: string): ApiError {
  return new ApiError(
    "invalid_request_error",
    `${path}: the tool "${name}" is not among the tools of this request`,
    {
      details: { error_code: "tool_reference_unresolved" },
    },
  );
}

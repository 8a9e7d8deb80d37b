import { invalidRequest } from "./api-error.ts";
import {
  at,
  echo,
  type Fields,
  isAbsent,
  optional,
  requireArray,
  requireFields,
  requireOneOf,
  requireString,
} from "./check.ts";
import { clientToolOf } from "./client-tools.ts";
import { checkWebTool, webToolOf } from "./web-tools.ts";

/**
 * Source: https://docs.anthropic.com/en/docs/agents-and-tools/tool-use/implement-tool-use, where 64
 * is the most; the API itself takes 128, and the names of MCP tools need them.
 */
const TOOL_NAME = /^[a-zA-Z0-9_-]{1,128}$/;

/** The tool list. Throws ApiError 400 with a path such as `tools.0.name`. */
export function checkTools(value: unknown): void {
  const tools = requireArray(value, "tools");
  const names = new Set<string>();
  let deferred = 0;
  for (const [index, value] of tools.entries()) {
    const path = at("tools", index);
    const tool = requireFields(value, path);
    checkTool(tool, path);
    const name = requireString(tool["name"], at(path, "name"));
    if (names.has(name)) throw invalidRequest(at(path, "name"), `tool names must be unique: ${echo(name)}`);
    names.add(name);
    if (tool["defer_loading"] === true) deferred++;
  }
  if (deferred > 0 && deferred === tools.length) {
    throw invalidRequest("tools", "at least one tool must have defer_loading=false");
  }
}

/** Typed tools are known by their `type`, never by their name: a custom tool may be called `web_search`. */
function checkTool(tool: Fields, path: string): void {
  const type = tool["type"];
  if (isAbsent(type) || type === "custom") return checkCustomTool(tool, path);
  const name = requireString(type, at(path, "type"));
  const webTool = webToolOf(name);
  if (webTool !== null) return checkWebTool(tool, webTool, path);
  const clientTool = clientToolOf(name);
  if (clientTool !== null) {
    requireOneOf(tool["name"], at(path, "name"), [clientTool.name]);
    return;
  }
  throw invalidRequest(
    at(path, "type"),
    `${echo(name)} tools are not supported here; declare a custom tool instead`,
  );
}

/** A schema without `type` is let through and filled in later, as the API's own clients rely on. */
function checkCustomTool(tool: Fields, path: string): void {
  const name = requireString(tool["name"], at(path, "name"));
  if (!TOOL_NAME.test(name)) {
    throw invalidRequest(at(path, "name"), `${echo(name)} does not match ^[a-zA-Z0-9_-]{1,128}$`);
  }
  optional(tool, "description", path, requireString);
  const schema = requireFields(tool["input_schema"], at(path, "input_schema"));
  optional(schema, "type", at(path, "input_schema"), (type, typePath) =>
    requireOneOf(type, typePath, ["object"]),
  );
}

/** How the model may use the tools; the named tool must be declared. */
export function checkToolChoice(value: unknown, tools: readonly Fields[]): void {
  const choice = requireFields(value, "tool_choice");
  const type = requireOneOf(choice["type"], "tool_choice.type", ["auto", "any", "tool", "none"]);
  if (tools.length === 0 && type !== "none") {
    throw invalidRequest("tool_choice", "may only be given together with tools");
  }
  if (type !== "tool") return;
  const name = requireString(choice["name"], "tool_choice.name");
  if (!tools.some((tool) => tool["name"] === name)) {
    throw invalidRequest("tool_choice.name", `tool ${echo(name)} is not in tools`);
  }
}

/**
 * A `tool_reference` in a result loads a deferred tool, so it must name one that is declared.
 * Requests without tools (token counts of a part) are not held to it.
 *
 * Source: https://docs.anthropic.com/en/docs/agents-and-tools/tool-use/tool-search-tool
 */
export function checkToolReferences(messages: readonly Fields[], tools: readonly Fields[]): void {
  if (tools.length === 0) return;
  const names = new Set(tools.map((tool) => tool["name"]));
  for (const [m, message] of messages.entries()) {
    for (const [b, block] of blocksOf(message["content"]).entries()) {
      for (const [r, part] of blocksOf(block["content"]).entries()) {
        if (part["type"] !== "tool_reference" || names.has(part["tool_name"])) continue;
        const path = `messages.${m}.content.${b}.content.${r}.tool_name`;
        throw invalidRequest(path, `tool reference ${echo(String(part["tool_name"]))} not found in tools`);
      }
    }
  }
}

function blocksOf(content: unknown): readonly Fields[] {
  return Array.isArray(content) ? content : [];
}

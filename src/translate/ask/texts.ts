import { invalidRequest } from "../../messages/api-error.ts";
import type { ContentBlock, DocumentBlock, SearchResultBlock } from "../../messages/types.ts";
import { asArray, asObject, asText } from "../../upstream/read.ts";
import { stringifyJson } from "../../wire/json.ts";
import type { Part } from "./turns.ts";

export function textPart(text: string): Part {
  return { kind: "text", text };
}

export function renderSearchResult(block: SearchResultBlock): string {
  const texts = block.content.map((entry) => entry.text);
  return [
    `<search_result source="${block.source}" title="${block.title}">`,
    ...texts,
    "</search_result>",
  ].join("\n");
}

/** What opens a document: its title and context stay visible to the model. */
export function documentHead(block: DocumentBlock): string {
  const title = asText(block.title);
  const context = asText(block.context);
  return `<document${title === undefined ? "" : ` title="${title}"`}${context === undefined ? "" : ` context="${context}"`}>`;
}

export const DOCUMENT_END = "</document>";

/**
 * History of tools that ran on a server (search, fetch, code, MCP), as text in place. A search result
 * keeps titles and addresses; what is encrypted for another server is left out. Null for blocks that
 * stand for nothing the model should read.
 */
export function renderServerBlock(block: ContentBlock, path: string): string | null {
  const entry = block as unknown as Record<string, unknown>;
  switch (block.type) {
    case "server_tool_use":
    case "mcp_tool_use":
      return `[${String(entry["name"])} was called with ${stringifyJson(entry["input"] ?? {})}]`;
    case "web_search_tool_result":
    case "web_fetch_tool_result":
    case "code_execution_tool_result":
    case "bash_code_execution_tool_result":
    case "text_editor_code_execution_tool_result":
    case "tool_search_tool_result":
    case "mcp_tool_result":
    case "advisor_tool_result":
      return `[${block.type.replace("_tool_result", "")} result: ${renderResult(entry["content"])}]`;
    case "browser_state":
      return `[browser state: ${renderResult(entry)}]`;
    case "compaction":
      return asText(entry["content"]) ?? null;
    case "redacted_thinking":
    case "fallback":
    case "mcp_tool_listing":
      return null;
    case "container_upload":
      throw invalidRequest(`${path}.type`, '"container_upload" is not supported: the bridge keeps no files');
    default:
      throw invalidRequest(`${path}.type`, `"${block.type}" is not supported here`);
  }
}

function renderResult(content: unknown): string {
  if (typeof content === "string") return content;
  const entries = Array.isArray(content) ? content : [content];
  const lines = entries.map(renderEntry).filter((line) => line !== "");
  return lines.length === 0 ? "(empty)" : lines.join("\n");
}

function renderEntry(value: unknown): string {
  const entry = asObject(value);
  if (entry === undefined) return typeof value === "string" ? value : "";
  const code = asText(entry["error_code"]);
  if (code !== undefined) return `failed: ${code}`;
  if (asText(entry["tool_name"]) !== undefined) return `tool ${String(entry["tool_name"])}`;
  const named = ["title", "url", "text", "stdout", "stderr", "data", "return_code"]
    .map((key) => entry[key])
    .filter((text) => (typeof text === "string" && text !== "") || typeof text === "number")
    .join(" ");
  const nested = [entry["content"], entry["source"], ...asArray(entry["tool_references"])].map((part) =>
    typeof part === "string" ? part : part === undefined || part === null ? "" : renderResult(part),
  );
  return [named, ...nested].filter((text) => text !== "" && text !== "(empty)").join("\n");
}

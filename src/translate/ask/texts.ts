import { invalidRequest } from "../../messages/api-error.ts";
import type { ContentBlock, DocumentBlock, SearchResultBlock } from "../../messages/types.ts";
import { asArray, asObject, asText } from "../../upstream/read.ts";
import { stringifyJson } from "../../wire/json.ts";
import { unpackSnippet } from "../server-tools/snippet.ts";
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

/** Blocks that stand for nothing the model should read. */
const SILENT: ReadonlySet<string> = new Set(["redacted_thinking", "fallback", "mcp_tool_listing"]);

/**
 * History of tools that ran on a server (search, fetch, code, MCP), as text in place. A search result
 * keeps titles, addresses and our own excerpts; what is encrypted for another server is left out. Null for blocks that
 * stand for nothing. Throws `ApiError` 400 for what cannot be rendered.
 */
export function renderServerBlock(block: ContentBlock, path: string): string | null {
  const { type } = block;
  const entry = block as unknown as Record<string, unknown>;
  if (SILENT.has(type)) return null;
  if (type === "server_tool_use" || type === "mcp_tool_use") {
    return `[${String(entry["name"])} was called with ${stringifyJson(entry["input"] ?? {})}]`;
  }
  if (type.endsWith("_tool_result")) {
    return `[${type.replace("_tool_result", "")} result: ${renderResult(entry["content"])}]`;
  }
  if (type === "browser_state") return `[browser state: ${renderResult(entry)}]`;
  if (type === "compaction") return asText(entry["content"]) ?? null;
  if (type === "container_upload") {
    throw invalidRequest(`${path}.type`, '"container_upload" is not supported: the bridge keeps no files');
  }
  throw invalidRequest(`${path}.type`, `"${type}" is not supported here`);
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
  const snippet = unpackSnippet(entry["encrypted_content"]);
  const parts = [snippet, entry["content"], entry["source"], ...asArray(entry["tool_references"])];
  const nested = parts.map((part) =>
    typeof part === "string" ? part : part === undefined || part === null ? "" : renderResult(part),
  );
  return [named, ...nested].filter((text) => text !== "" && text !== "(empty)").join("\n");
}

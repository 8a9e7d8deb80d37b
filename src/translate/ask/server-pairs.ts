import type { ContentBlock } from "../../messages/types.ts";
import { asObject, asText } from "../../upstream/read.ts";
import { failed, type Outcome, resultText, type SearchErrorCode } from "../server-tools/outcome.ts";
import { unpackSnippet } from "../server-tools/snippet.ts";

/** A call of a web tool in the history, and its result for the model. */
export interface ServerPair {
  call: { id: string; name: string; input: Record<string, unknown> };
  text: string;
}

/**
 * A call of a web tool and its result, when these two blocks are one: the model gets them as it got
 * them when they were made, as a call and a tool's result, and does not learn to write calls as text.
 */
export function readServerPair(block: ContentBlock, next: ContentBlock | undefined): ServerPair | undefined {
  if (block.type !== "server_tool_use" || next === undefined) return undefined;
  const [id, name, input] = [asText(block["id"]), asText(block["name"]), asObject(block["input"]) ?? {}];
  if (id === undefined || (name !== "web_search" && name !== "web_fetch")) return undefined;
  const result = next as unknown as Record<string, unknown>;
  if (next.type !== `${name}_tool_result` || result["tool_use_id"] !== id) return undefined;
  const outcome = outcomeOf(result["content"]);
  return outcome === undefined ? undefined : { call: { id, name, input }, text: resultText(outcome) };
}

/** What a result block says; of another server's hits only titles and addresses. Undefined for unknown forms. */
function outcomeOf(content: unknown): Outcome | undefined {
  if (Array.isArray(content)) return { kind: "hits", hits: content.flatMap(hitOf) };
  const fields = asObject(content);
  const code = asText(fields?.["error_code"]);
  if (code !== undefined) return failed(code as SearchErrorCode, "The call failed.");
  const page = asObject(fields?.["content"]);
  const text = asText(asObject(page?.["source"])?.["data"]);
  const isText = asObject(page?.["source"])?.["type"] === "text";
  const url = asText(fields?.["url"]);
  if (text === undefined || url === undefined || !isText) return undefined;
  return { kind: "page", url, title: asText(page?.["title"]) ?? null, text, retrievedAt: "" };
}

function hitOf(entry: unknown): { url: string; title: string; text: string; pageAge: string | null }[] {
  const hit = asObject(entry);
  const url = asText(hit?.["url"]);
  if (hit === undefined || url === undefined) return [];
  const text = unpackSnippet(hit["encrypted_content"]) ?? "";
  return [{ url, title: asText(hit["title"]) ?? url, text, pageAge: asText(hit["page_age"]) ?? null }];
}

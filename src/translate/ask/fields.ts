import { nonSemanticFields } from "../../messages/non-semantic.ts";
import type { MessagesRequest } from "../../messages/types.ts";
import { asArray, asObject } from "../../upstream/read.ts";
import type { Notes } from "./notes.ts";

/** Telemetry and markers that a real client sends with every request: noted, never refused. */
const HARMLESS = new Set(["metadata", "cache_control", "diagnostics", "safeguards"]);

/**
 * Notes the fields that no model server has and that cannot change the answer. A code holds the
 * field's name without its place, so that a hundred messages with it make one code.
 */
export function noteFields(request: MessagesRequest, notes: Notes): void {
  for (const path of nonSemanticFields(request)) {
    if (path === "context_management") continue;
    const code = `ignored:${path
      .replace(/\.\d+(?:\.content\.\d+)?/, "")
      .replace(/[^\w.-]/g, "_")
      .slice(0, 64)}`;
    if (HARMLESS.has(path)) notes.addHarmless(code);
    else notes.add(code, path, "Extra inputs are not permitted");
  }
}

/**
 * How many assistant turns keep their reasoning; null for all. Of the context edits only
 * `clear_thinking` is carried out; clearing tool results is left to the client.
 * Source: https://docs.anthropic.com/en/docs/build-with-claude/context-editing
 */
export function readContextManagement(request: MessagesRequest, notes: Notes): number | null {
  let keep: number | null = null;
  for (const edit of asArray(asObject(request["context_management"])?.["edits"]).map(asObject)) {
    const type = String(edit?.["type"]);
    if (type.startsWith("clear_thinking_")) keep = keptTurns(edit?.["keep"]);
    else notes.add(`ignored:${type}`, "context_management.edits", `"${type}" is not carried out`);
  }
  return keep;
}

/** Without `keep` the API keeps the last turn. */
function keptTurns(keep: unknown): number | null {
  if (keep === undefined || keep === null) return 1;
  const value = asObject(keep)?.["value"] ?? keep;
  return typeof value === "number" ? value : null;
}

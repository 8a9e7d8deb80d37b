import { nonSemanticFields } from "../../messages/non-semantic.ts";
import type { MessagesRequest } from "../../messages/types.ts";
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

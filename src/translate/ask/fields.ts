import { ApiError, invalidRequest } from "../../messages/api-error.ts";
import type { MessagesRequest } from "../../messages/types.ts";
import { asArray, asObject } from "../../upstream/read.ts";
import type { Notes } from "./notes.ts";

/** Fields that are translated. */
const TRANSLATED = new Set([
  "model",
  "max_tokens",
  "messages",
  "system",
  "stream",
  "temperature",
  "top_p",
  "top_k",
  "stop_sequences",
  "tools",
  "tool_choice",
  "thinking",
  "output_config",
  "output_format",
  "context_management",
]);

/** Fields without which the answer would be another one. */
const REFUSED = new Map([
  ["container", "code execution is not available"],
  ["mcp_servers", "the MCP connector is not available; connect the servers in the client"],
  ["compaction", "compaction is not available; compact in the client"],
  ["fallback_credit_token", "model fallback is not available"],
]);

/** Telemetry and cache markers that a real client sends with every request. */
const HARMLESS = new Set(["metadata", "cache_control", "diagnostics", "safeguards"]);

/**
 * Top-level fields that no model server has: refused when they would change the answer, noted when
 * not. Null stands for absent. Throws `ApiError` 400.
 */
export function checkFields(request: MessagesRequest, notes: Notes): void {
  for (const [name, value] of Object.entries(request)) {
    if (value === null || value === undefined || TRANSLATED.has(name)) continue;
    const refusal = REFUSED.get(name);
    if (name === "thread") throw threadUnsupported();
    if (refusal !== undefined) throw invalidRequest(name, refusal);
    if (name === "fallbacks" && Array.isArray(value))
      throw invalidRequest(name, "model fallback is not available");
    const code = `ignored:${name.replace(/[^A-Za-z0-9_.-]/g, "_").slice(0, 64)}`;
    if (HARMLESS.has(name)) notes.addHarmless(code);
    else notes.add(code, name, "Extra inputs are not permitted");
  }
  if (asObject(request.output_config)?.["task_budget"] != null) {
    notes.add("ignored:task_budget", "output_config.task_budget", "Extra inputs are not permitted");
  }
}

/** The typed refusal that makes a client send the whole conversation instead. */
function threadUnsupported(): ApiError {
  return new ApiError(
    "invalid_request_error",
    "thread: threads are not supported; send the whole conversation",
    {
      details: { error_code: "thread_unsupported_request" },
    },
  );
}

/**
 * How many assistant turns keep their reasoning; null for all. Of the context edits only
 * `clear_thinking` is carried out: clearing tool results is left to the client, and compaction refused
 * in the words that make Claude Code do without.
 */
export function readContextManagement(request: MessagesRequest, notes: Notes): number | null {
  const edits = asArray(asObject(request["context_management"])?.["edits"]).map(asObject);
  let keep: number | null = null;
  for (const edit of edits) {
    const type = String(edit?.["type"]);
    if (type.startsWith("clear_thinking_")) keep = keptTurns(edit?.["keep"]);
    else if (type.startsWith("clear_tool_uses_")) {
      notes.add("ignored:clear_tool_uses", "context_management.edits", `"${type}" is not carried out`);
    } else throw invalidRequest("context_management", "Extra inputs are not permitted");
  }
  return keep;
}

/** Without `keep` the API keeps the last turn. */
function keptTurns(keep: unknown): number | null {
  if (keep === undefined || keep === null) return 1;
  const value = asObject(keep)?.["value"] ?? keep;
  return typeof value === "number" ? value : null;
}

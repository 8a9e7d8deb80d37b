import { type Fields, isAbsent, isFields } from "./check.ts";

/** Fields that cannot change the answer of a local model: dropped, with a note. */
const NON_SEMANTIC = new Set([
  "metadata",
  "service_tier",
  "speed",
  "inference_geo",
  "billing_policy",
  "diagnostics",
  "cache_control",
  "context_management",
  "safeguards",
  "fallbacks",
]);

/** Fields of a request that somebody reads. */
const REQUEST = new Set([
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
  "container",
  "mcp_servers",
  "thread",
  "compaction",
  "fallback_credit_token",
]);

const MESSAGE = new Set(["role", "content", "clear_at", "output_config"]);

/** Every field that any block type has; which one has which does not matter for spelling mistakes. */
const BLOCK = new Set([
  "type",
  "text",
  "citations",
  "source",
  "title",
  "context",
  "thinking",
  "signature",
  "data",
  "id",
  "name",
  "input",
  "caller",
  "tool_use_id",
  "content",
  "is_error",
  "tool_name",
  "tool",
  "cache_control",
  "server_name",
  "tool_reference",
  "summary",
]);

/**
 * Names of what the bridge drops from a request without harm: known fields such as `metadata`, and
 * the unknown ones. Null counts as absent. Each name once, in order of appearance.
 */
export function nonSemanticFields(body: unknown): string[] {
  if (!isFields(body)) return [];
  const known = Object.keys(body).filter((key) => NON_SEMANTIC.has(key) && !isAbsent(body[key]));
  const config = body["output_config"];
  if (isFields(config) && !isAbsent(config["task_budget"])) known.push("output_config.task_budget");
  return [...known, ...unknownFields(body)];
}

/**
 * Paths of fields that no version of the API known here has, e.g. `x_unknown` or
 * `messages.0.content.1.foo`. Null counts as absent.
 */
export function unknownFields(body: unknown): string[] {
  if (!isFields(body)) return [];
  const found = strangers(body, "", (key) => REQUEST.has(key) || NON_SEMANTIC.has(key));
  for (const [index, message] of listOf(body["messages"]).entries()) {
    found.push(...strangers(message, `messages.${index}.`, (key) => MESSAGE.has(key)));
    for (const [n, block] of listOf(message["content"]).entries()) {
      found.push(...strangers(block, `messages.${index}.content.${n}.`, (key) => BLOCK.has(key)));
    }
  }
  return found;
}

function strangers(fields: Fields, prefix: string, isKnown: (key: string) => boolean): string[] {
  return Object.keys(fields)
    .filter((key) => !isKnown(key) && fields[key] !== null)
    .map((key) => prefix + key);
}

function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}

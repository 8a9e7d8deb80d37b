import { invalidRequest } from "./api-error.ts";
import {
  at,
  type Fields,
  optional,
  requireArray,
  requireFields,
  requireInteger,
  requireOneOf,
  requireString,
  requireText,
} from "./check.ts";

/**
 * What is to be cleared from the context. Compaction is refused, in the words that clients know and go
 * on without it. Throws ApiError 400 naming the path.
 *
 * Source: https://docs.anthropic.com/en/docs/build-with-claude/context-editing
 */
export function checkContextManagement(value: unknown, path: string): void {
  optional(requireFields(value, path), "edits", path, (edits, editsPath) => {
    for (const [index, edit] of requireArray(edits, editsPath).entries()) {
      const editPath = at(editsPath, index);
      const fields = requireFields(edit, editPath);
      const type = requireText(fields["type"], at(editPath, "type"));
      if (!/^clear_(thinking|tool_uses)_\d+$/.test(type)) {
        throw invalidRequest(path, "Extra inputs are not permitted");
      }
      if (type === "clear_thinking_20251015") optional(fields, "keep", editPath, checkKeptThinking);
      if (type === "clear_tool_uses_20250919") checkToolUses(fields, editPath);
    }
  });
}

function checkKeptThinking(keep: unknown, path: string): void {
  if (keep === "all" || typeof keep === "number") return;
  const fields = requireFields(keep, path);
  const type = requireOneOf(fields["type"], at(path, "type"), ["all", "thinking_turns"]);
  if (type === "thinking_turns") requireInteger(fields["value"], at(path, "value"), 1);
}

function checkToolUses(edit: Fields, path: string): void {
  optional(edit, "trigger", path, amount(["input_tokens", "tool_uses"], 1));
  optional(edit, "keep", path, amount(["tool_uses"], 0));
  optional(edit, "clear_at_least", path, amount(["input_tokens"], 0));
  optional(edit, "exclude_tools", path, checkNames);
  optional(edit, "clear_tool_inputs", path, (inputs, where) => {
    if (typeof inputs !== "boolean") checkNames(inputs, where);
  });
}

function amount(units: readonly string[], least: number): (value: unknown, path: string) => void {
  return (value, path) => {
    const fields = requireFields(value, path);
    requireOneOf(fields["type"], at(path, "type"), units);
    requireInteger(fields["value"], at(path, "value"), least);
  };
}

function checkNames(value: unknown, path: string): void {
  for (const [n, name] of requireArray(value, path).entries()) requireString(name, at(path, n));
}

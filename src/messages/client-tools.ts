/** The typed tools that the client runs itself; their input is fixed by their type, not by a schema in the request. */
export interface ClientTool {
  kind: "bash" | "text_editor" | "memory";
  /** Date of the version, e.g. `20250124`. */
  version: string;
  /** The name that the type fixes. */
  name: string;
}

/**
 * Which typed client tool a tool's `type` names; null for every other.
 *
 * Source: https://docs.anthropic.com/en/docs/agents-and-tools/tool-use/bash-tool and the pages
 * `text-editor-tool` and `memory-tool` beside it
 */
export function clientToolOf(type: unknown): ClientTool | null {
  const [, kind, version = ""] =
    (typeof type === "string" ? /^(bash|text_editor|memory)_(\d{8})$/.exec(type) : null) ?? [];
  if (kind === "bash" || kind === "memory") return { kind, version, name: kind };
  if (kind !== "text_editor") return null;
  const name = version < "20250429" ? "str_replace_editor" : "str_replace_based_edit_tool";
  return { kind, version, name };
}

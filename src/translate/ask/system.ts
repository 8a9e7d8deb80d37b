import type { MessagesRequest } from "../../messages/types.ts";

/** Client telemetry that Claude Code puts in front of its system prompt. Its value varies: it would cost the prefix cache. */
const ATTRIBUTION = "x-anthropic-billing-header";
const SEPARATOR = "\n\n";

/** The system prompt as one text: blocks set apart by a blank line, the attribution block left out. Empty when there is none. */
export function renderSystem(system: MessagesRequest["system"]): string {
  const texts = typeof system === "string" ? [system] : (system ?? []).map((block) => block.text);
  const [first = "", ...rest] = texts;
  return [first.trimStart().startsWith(ATTRIBUTION) ? "" : first, ...rest]
    .filter((text) => text !== "")
    .join(SEPARATOR);
}

/**
 * A system message in mid-conversation, in place. The marker is the one Claude Code itself explains
 * to the model, and the one it falls back to where system messages are refused.
 */
export function foldSystem(text: string): string {
  return `<system-reminder>\n${text}\n</system-reminder>`;
}

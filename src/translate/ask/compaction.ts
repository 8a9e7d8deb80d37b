import type { Message } from "../../messages/types.ts";

/** A summary in the history, and where it stands. */
export interface Summary {
  message: number;
  block: number;
  text: string;
}

/**
 * The last `compaction` block with a text: the API leaves out what stands before it. One without a text is
 * a compaction that failed. Null when there is none.
 * Source: https://docs.anthropic.com/en/docs/build-with-claude/compaction
 */
export function lastSummary(messages: readonly Message[]): Summary | null {
  for (const [message, { content }] of [...messages.entries()].toReversed()) {
    if (typeof content === "string") continue;
    for (const [block, { type, ...fields }] of [...content.entries()].toReversed()) {
      const text = "content" in fields ? fields.content : undefined;
      if (type === "compaction" && typeof text === "string" && text !== "") return { message, block, text };
    }
  }
  return null;
}

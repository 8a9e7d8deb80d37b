import type { ContentBlock, Message } from "./types.ts";

/** A message's content as blocks: a string is one text block. */
export function contentBlocks({ content }: Pick<Message, "content">): ContentBlock[] {
  return typeof content === "string" ? [{ type: "text", text: content }] : content;
}

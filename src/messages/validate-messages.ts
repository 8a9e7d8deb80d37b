import { invalidRequest } from "./api-error.ts";
import { at, type Fields, requireArray, requireFields, requireOneOf } from "./check.ts";
import type { Message } from "./types.ts";
import { checkContent } from "./validate-blocks.ts";
import type { ApiVersion } from "./version.ts";

/** Source: https://docs.anthropic.com/en/api/messages */
const MAX_MESSAGES = 100_000;

/** Source: https://docs.anthropic.com/en/docs/build-with-claude/vision */
const MAX_IMAGES = 600;

const ROLES = ["user", "assistant", "system"] as const;

/**
 * The conversation, message by message; how calls and results pair is `checkPairing`'s matter.
 *
 * More is allowed than the API's docs say, since the real client sends it: the same role twice in
 * a row, and `role:"system"` anywhere after the start, also as the last message.
 */
export function checkMessages(value: unknown, version: ApiVersion): void {
  const messages = requireArray(value, "messages");
  if (messages.length === 0) throw invalidRequest("messages", "at least one message is required");
  if (messages.length > MAX_MESSAGES) {
    throw invalidRequest("messages", `at most ${MAX_MESSAGES} messages are allowed`);
  }
  for (const [index, value] of messages.entries()) {
    const path = at("messages", index);
    const message = requireFields(value, path);
    const place = requireOneOf(message["role"], at(path, "role"), ROLES);
    checkContent(message["content"], at(path, "content"), { place, version });
    const mayBeEmpty = place === "assistant" && index === messages.length - 1;
    if (!mayBeEmpty && isEmpty(message)) {
      throw invalidRequest(at(path, "content"), "text content blocks must be non-empty");
    }
  }
  checkImageCount(messages as readonly Message[]);
}

/** Nothing, or nothing but empty text. Empty text beside something else is let through. */
function isEmpty({ content }: Fields): boolean {
  if (!Array.isArray(content)) return content === "";
  return content.every((block: Fields) => block["type"] === "text" && block["text"] === "");
}

function checkImageCount(messages: readonly Message[]): void {
  const images = messages
    .flatMap(({ content }) => (typeof content === "string" ? [] : content))
    .flatMap((block) => {
      if (block.type !== "tool_result") return block.type === "image" ? [block] : [];
      return Array.isArray(block.content) ? block.content.filter(({ type }) => type === "image") : [];
    });
  if (images.length <= MAX_IMAGES) return;
  throw invalidRequest(
    "messages",
    `${images.length} images; at most ${MAX_IMAGES} are allowed in one request`,
  );
}

import type { MessagesRequest } from "../messages/types.ts";
import { stringifyJson } from "../wire/json.ts";

/** Characters of ordinary Latin text or code that make one token, over common tokenizers. */
const CHARS_PER_TOKEN = 3.8;
/** What a chat template adds per message. */
const TOKENS_PER_MESSAGE = 4;
/** What a local vision model spends on an ordinary picture. */
const TOKENS_PER_IMAGE = 800;

/** About how many tokens a text has. Letters outside Latin cost about one token each. Never 0 for a non-empty text. */
export function estimateText(text: string): number {
  if (text === "") return 0;
  const wide = text.match(/[\u0250-\u{10ffff}]/gu)?.length ?? 0;
  return Math.max(1, Math.round((text.length - wide) / CHARS_PER_TOKEN + wide * 0.9));
}

/** About how many tokens the prompt of a request has; always above 0. */
export function estimateTokens(request: Pick<MessagesRequest, "messages" | "system" | "tools">): number {
  let total = TOKENS_PER_MESSAGE + estimateValue(request.system);
  for (const tool of request.tools ?? []) {
    total += estimateText(stringifyJson({ n: tool.name, d: tool.description, s: tool.input_schema }));
  }
  for (const message of request.messages) total += TOKENS_PER_MESSAGE + estimateValue(message.content);
  return Math.max(1, total);
}

/** Texts within blocks, whatever their nesting; encoded files count as one picture. */
function estimateValue(value: unknown): number {
  if (typeof value === "string") return estimateText(value);
  if (Array.isArray(value)) return value.reduce((sum: number, entry) => sum + estimateValue(entry), 0);
  if (typeof value !== "object" || value === null) return 0;
  const block = value as Record<string, unknown>;
  const source = block["source"] as { type?: unknown } | undefined;
  if (source?.type === "base64" || source?.type === "url") return TOKENS_PER_IMAGE;
  if (block["type"] === "tool_use")
    return estimateText(`${String(block["name"])}${stringifyJson(block["input"])}`);
  const {
    type: _type,
    cache_control: _cache,
    signature: _signature,
    id: _id,
    tool_use_id: _toolUse,
    ...rest
  } = block;
  return Object.values(rest).reduce((sum: number, entry) => sum + estimateValue(entry), 0);
}

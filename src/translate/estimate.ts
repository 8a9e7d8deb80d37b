import { readImageHeader } from "../messages/image-header.ts";
import type { MessagesRequest } from "../messages/types.ts";
import { stringifyJson } from "../wire/json.ts";

/** Characters of ordinary Latin text or code that make one token, over common tokenizers. */
const CHARS_PER_TOKEN = 3.8;
/** What a chat template adds per message. */
const TOKENS_PER_MESSAGE = 4;
/** What a local vision model spends on an ordinary picture. */
const TOKENS_PER_IMAGE = 800;
const PIXELS_PER_TOKEN = 750;
/** Models scale pictures up and down to what they can see. */
const SMALLEST_IMAGE = 64;
const LARGEST_IMAGE = 1600;
/** Enough base64 for the size to be in it; a JPEG may have a thumbnail in front. */
const HEADER_CHARS = 90_000;

/** Also the halves of what lies above U+FFFF. A text of Latin-1 need not be looked at for it. */
const WIDE = /[\u0250-\uffff]/;
const WIDE_ALL = /[\u0250-\u{10ffff}]/gu;

/** About how many tokens a text has. Letters outside Latin cost about one token each. Never 0 for a non-empty text. */
export function estimateText(text: string): number {
  if (text === "") return 0;
  const wide = WIDE.test(text) ? (text.match(WIDE_ALL)?.length ?? 0) : 0;
  return Math.max(1, Math.round((text.length - wide) / CHARS_PER_TOKEN + wide * 0.9));
}

/** The estimate of a prompt in parts that models count differently. Tokens. */
export interface PromptSize {
  text: number;
  images: number;
}

type Prompt = Pick<MessagesRequest, "messages" | "system" | "tools">;

/** About how many tokens the prompt of a request has; always above 0. */
export function estimateTokens(request: Prompt): number {
  const { text, images } = measurePrompt(request);
  return text + images;
}

/** The same in parts. `text` is always above 0. */
export function measurePrompt(request: Prompt): PromptSize {
  const size: PromptSize = { text: TOKENS_PER_MESSAGE, images: 0 };
  measure(request.system, size);
  for (const tool of request.tools ?? []) {
    size.text += estimateText(stringifyJson({ n: tool.name, d: tool.description, s: tool.input_schema }));
  }
  for (const message of request.messages) {
    size.text += TOKENS_PER_MESSAGE;
    measure(message.content, size);
  }
  return size;
}

/** Texts within blocks, whatever their nesting. */
function measure(value: unknown, size: PromptSize): void {
  if (typeof value === "string") size.text += estimateText(value);
  else if (Array.isArray(value)) for (const entry of value) measure(entry, size);
  else if (typeof value === "object" && value !== null) measureBlock(value as Record<string, unknown>, size);
}

function measureBlock(block: Record<string, unknown>, size: PromptSize): void {
  const source = block["source"] as { type?: unknown; data?: unknown } | undefined;
  if (source?.type === "base64" || source?.type === "url") {
    size.images += imageTokens(source.data);
    return;
  }
  if (block["type"] === "tool_use") {
    size.text += estimateText(`${String(block["name"])}${stringifyJson(block["input"])}`);
    return;
  }
  for (const [key, value] of Object.entries(block)) if (!NO_CONTENT.has(key)) measure(value, size);
}

const NO_CONTENT: ReadonlySet<string> = new Set(["type", "cache_control", "signature", "id", "tool_use_id"]);

/**
 * By its size in pixels, as far as the first bytes tell it; a file or an address counts as an ordinary picture.
 * Source of the rule: https://docs.anthropic.com/en/docs/build-with-claude/vision#calculate-image-costs
 */
function imageTokens(data: unknown): number {
  const start = typeof data === "string" ? Buffer.from(data.slice(0, HEADER_CHARS), "base64") : undefined;
  const header = start === undefined ? undefined : readImageHeader(start);
  if (header === undefined) return TOKENS_PER_IMAGE;
  const tokens = Math.round((header.width * header.height) / PIXELS_PER_TOKEN);
  return Math.min(LARGEST_IMAGE, Math.max(SMALLEST_IMAGE, tokens));
}

import { readImageHeader } from "../messages/image-header.ts";
import type { MessagesRequest, ToolDefinition } from "../messages/types.ts";
import { isBigNumber, stringifyJson } from "../wire/json.ts";
import { isShortAscii } from "./ascii.ts";

/** Characters of ordinary Latin text or code that make one token, over common tokenizers. */
const CHARS_PER_TOKEN = 3.8;
/** A letter outside Latin. */
const TOKENS_PER_WIDE = 0.9;
/** What a chat template adds per message. */
const TOKENS_PER_MESSAGE = 4;
/** What a local vision model spends on an ordinary picture. */
const TOKENS_PER_IMAGE = 800;
const PIXELS_PER_TOKEN = 750;
/**
 * Of a PDF that nobody could read: about what a page of one weighs, and costs. Source of the latter:
 * https://docs.anthropic.com/en/docs/build-with-claude/pdf-support (1,500 to 3,000 tokens)
 */
const BYTES_PER_PAGE = 50_000;
const TOKENS_PER_PAGE = 1_500;
/** Models scale pictures up and down to what they can see. */
const SMALLEST_IMAGE = 64;
const LARGEST_IMAGE = 1600;
/** Enough base64 for the size to be in it; a JPEG may have a thumbnail in front. */
const HEADER_CHARS = 90_000;

/** Above Latin. A text of Latin-1 need not be looked at for it, which makes the test cheap. */
const WIDE = /[\u0250-\uffff]/;

/** About how many tokens a text has. Letters outside Latin cost about one token each. Never 0 for a non-empty text. */
export function estimateText(text: string): number {
  return text === "" ? 0 : tokensOf(text.length, wideIn(text));
}

function wideIn(text: string): number {
  return isShortAscii(text) || !WIDE.test(text) ? 0 : countWide(text);
}

function tokensOf(chars: number, wide: number): number {
  return Math.max(1, Math.round((chars - wide) / CHARS_PER_TOKEN + wide * TOKENS_PER_WIDE));
}

/** `estimateText`, in parts. */
function addText(text: string, size: PromptSize): void {
  if (text === "") return;
  const wide = wideIn(text);
  const tokens = tokensOf(text.length, wide);
  const ofWide = Math.min(tokens, Math.round(wide * TOKENS_PER_WIDE));
  size.wide += ofWide;
  size.text += tokens - ofWide;
}

/** Of tools that cannot change: a bridge gets the same ones with each request of a session. */
const TOOL_SIZES = new WeakMap<ToolDefinition, number>();

function estimateTool(tool: ToolDefinition): number {
  const known = TOOL_SIZES.get(tool);
  if (known !== undefined) return known;
  const tokens = estimateJson({ n: tool.name, d: tool.description, s: tool.input_schema });
  if (Object.isFrozen(tool)) TOOL_SIZES.set(tool, tokens);
  return tokens;
}

/** `estimateText` of the JSON of a value, without writing it. */
function estimateJson(value: unknown): number {
  const total = { chars: 0, wide: 0 };
  addJson(value, total);
  return tokensOf(total.chars, total.wide);
}

/** What JSON writes with a backslash, or may. */
const ESCAPED = /[^ !#-[\]-\ud7ff\ue000-\uffff]/;

function addJson(value: unknown, total: { chars: number; wide: number }): void {
  if (typeof value === "string") {
    total.chars += ESCAPED.test(value) ? stringifyJson(value).length : value.length + 2;
    if (WIDE.test(value)) total.wide += countWide(value);
  } else if (Array.isArray(value)) {
    total.chars += 1 + Math.max(1, value.length);
    for (const entry of value) addJson(entry, total);
  } else if (typeof value === "object" && value !== null && !isBigNumber(value)) {
    let members = 0;
    for (const [key, member] of Object.entries(value)) {
      if (member === undefined) continue;
      members++;
      total.chars += 1; // the colon
      addJson(key, total);
      addJson(member, total);
    }
    total.chars += 1 + Math.max(1, members);
  } else total.chars += stringifyJson(value ?? null).length;
}

const WIDE_RUNS = /[\u0250-\uffff]+/g;
const SECOND_HALF = /[\udc00-\udfff]/g;

/** Characters above Latin, a surrogate pair as one. Such characters are few or come in long runs. */
function countWide(text: string): number {
  let count = 0;
  for (const run of text.match(WIDE_RUNS) ?? []) count += run.length - (run.match(SECOND_HALF)?.length ?? 0);
  return count;
}

/** The estimate of a prompt in parts that models count differently. Tokens. */
export interface PromptSize {
  /** Latin text and code, and what the template adds. */
  text: number;
  /** Letters outside Latin. */
  wide: number;
  tools: number;
  images: number;
}

export function totalSize({ text, wide, tools, images }: PromptSize): number {
  return text + wide + tools + images;
}

type Prompt = Pick<MessagesRequest, "messages" | "system" | "tools">;

/** About how many tokens the prompt of a request has; always above 0. */
export function estimateTokens(request: Prompt): number {
  return totalSize(measurePrompt(request));
}

/** The same in parts. `text` is always above 0. */
export function measurePrompt(request: Prompt): PromptSize {
  const size: PromptSize = { text: TOKENS_PER_MESSAGE, wide: 0, tools: 0, images: 0 };
  measure(request.system, size);
  for (const tool of request.tools ?? []) {
    size.tools += estimateTool(tool);
  }
  for (const message of request.messages) {
    size.text += TOKENS_PER_MESSAGE;
    measure(message.content, size);
  }
  return size;
}

/** Texts within blocks, whatever their nesting. */
function measure(value: unknown, size: PromptSize): void {
  if (typeof value === "string") addText(value, size);
  else if (Array.isArray(value)) for (const entry of value) measure(entry, size);
  else if (typeof value === "object" && value !== null) measureBlock(value as Record<string, unknown>, size);
}

function measureBlock(block: Record<string, unknown>, size: PromptSize): void {
  const source = block["source"] as { type?: unknown; data?: unknown } | undefined;
  if (source?.type === "base64" || source?.type === "url") {
    size.images += block["type"] === "document" ? pdfTokens(source.data) : imageTokens(source.data);
    return;
  }
  if (block["type"] === "tool_use") {
    addText(`${String(block["name"])}${stringifyJson(block["input"])}`, size);
    return;
  }
  for (const [key, value] of Object.entries(block)) if (!NO_CONTENT.has(key)) measure(value, size);
}

const NO_CONTENT: ReadonlySet<string> = new Set(["type", "cache_control", "signature", "id", "tool_use_id"]);

/** By its size; one at an address counts as a page. A PDF that was read has become text and pictures before. */
function pdfTokens(data: unknown): number {
  const bytes = typeof data === "string" ? (data.length * 3) / 4 : 0;
  return TOKENS_PER_PAGE * Math.max(1, Math.ceil(bytes / BYTES_PER_PAGE));
}

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

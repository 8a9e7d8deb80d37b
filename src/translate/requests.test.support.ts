import type { ContentBlock, MessagesRequest } from "../messages/types.ts";
import type { Dialect } from "../upstream/delta.ts";
import { defaultFlags, type ModelFlags } from "../upstream/flags.ts";
import { asArray, type JsonObject } from "../upstream/read.ts";
import { type TranslateOptions, type Translation, translateRequest } from "./request.ts";

/** 1×1 pixel. */
export const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

export const image: ContentBlock = {
  type: "image",
  source: { type: "base64", media_type: "image/png", data: PNG },
};

export const toolUse = (id: string, name = "Bash", input: Record<string, unknown> = {}): ContentBlock => ({
  type: "tool_use",
  id,
  name,
  input,
});

export const toolResult = (
  id: string,
  content?: string | ContentBlock[],
  fields: { is_error?: boolean } = {},
): ContentBlock => ({
  type: "tool_result",
  tool_use_id: id,
  ...(content !== undefined && { content }),
  ...fields,
});

export const textBlock = (text: string): ContentBlock => ({ type: "text", text });

export const BASH = {
  name: "Bash",
  input_schema: { type: "object", properties: { command: { type: "string" } } },
};

export interface Asked {
  flags?: Partial<ModelFlags>;
  options?: Partial<TranslateOptions>;
}

export function ask(
  dialect: Dialect,
  fields: Partial<MessagesRequest>,
  { flags, options }: Asked = {},
): Translation {
  const request: MessagesRequest = {
    model: "m",
    max_tokens: 100,
    messages: [{ role: "user", content: "hi" }],
    ...fields,
  };
  return translateRequest(request, {
    model: "up",
    flags: { ...defaultFlags(dialect), ...flags },
    repair: true,
    strict: false,
    ...options,
  });
}

/** The upstream's body, parsed. */
export function bodyOf(dialect: Dialect, fields: Partial<MessagesRequest>, asked: Asked = {}): JsonObject {
  return JSON.parse(ask(dialect, fields, asked).upstream.body ?? "") as JsonObject;
}

/** The upstream's messages, parsed. */
export function messagesOf(dialect: Dialect, fields: Partial<MessagesRequest>, asked: Asked = {}): unknown[] {
  return asArray(bodyOf(dialect, fields, asked)["messages"]);
}

import { ApiError } from "../messages/api-error.ts";
import { parseMessagesRequest } from "../messages/validate.ts";
import type { ApiVersion } from "../messages/version.ts";

/** A PNG of one pixel, in base64. */
export const PIXEL: string =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

export const user = (content: unknown): object => ({ role: "user", content });
export const assistant = (content: unknown): object => ({ role: "assistant", content });
export const call = (id: string): object => ({ type: "tool_use", id, name: "Bash", input: {} });
export const result = (id: string, content?: unknown): object => ({
  type: "tool_result",
  tool_use_id: id,
  content,
});
export const text = (text: string): object => ({ type: "text", text });
export const image = (data: string, media_type = "image/png"): object => ({
  type: "image",
  source: { type: "base64", media_type, data },
});
export const tool = (fields: object = {}): object => ({
  name: "Bash",
  input_schema: { type: "object" },
  ...fields,
});

/** A valid request with these fields on top. */
export const body = (fields: object): object => ({
  model: "m",
  max_tokens: 4096,
  messages: [user("hi")],
  ...fields,
});
export const withMessages = (...messages: unknown[]): object => body({ messages });

/** The error with which a request is refused; throws when it is not. */
export function refusal(request: unknown, version: ApiVersion = "2023-06-01"): ApiError {
  try {
    parseMessagesRequest(request, version);
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
  throw new Error("the request was accepted");
}

/** A request and how its refusal reads. */
export type Refused = [request: unknown, message: RegExp];

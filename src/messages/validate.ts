import { isBigNumber } from "../wire/json.ts";
import { ApiError, invalidRequest } from "./api-error.ts";
import { type Fields, isAbsent, isFields, optional, requireText } from "./check.ts";
import type { Message, MessagesRequest } from "./types.ts";
import { checkContent } from "./validate-blocks.ts";
import { checkMessages } from "./validate-messages.ts";
import { checkOptions } from "./validate-options.ts";
import { checkPairing } from "./validate-pairing.ts";
import { checkToolChoice, checkToolReferences, checkTools } from "./validate-tools.ts";
import type { ApiVersion } from "./version.ts";

/**
 * A request body that keeps the API's rules, typed. Unknown extra fields pass (`unknownFields` names
 * them), optional fields may be null, and the body itself is not changed.
 *
 * Throws ApiError 400 whose message begins with the dotted path to the first fault, e.g.
 * `messages.0.role: …`.
 *
 * Source: https://docs.anthropic.com/en/api/messages
 */
export function parseMessagesRequest(body: unknown, version: ApiVersion): MessagesRequest {
  if (!isFields(body)) throw new ApiError("invalid_request_error", "body: Input should be a JSON object");
  requireText(body["model"], "model");
  checkMessages(body["messages"], version);
  checkOptions(body, version);
  optional(body, "system", "", (system, path) => checkContent(system, path, { place: "prompt", version }));
  optional(body, "tools", "", checkTools);
  checkTogether(body);
  return settled(body) as MessagesRequest;
}

/** Rules that need more than one field. */
function checkTogether(body: Fields): void {
  const messages = body["messages"] as readonly Message[];
  const tools = isAbsent(body["tools"]) ? [] : (body["tools"] as readonly Fields[]);
  optional(body, "tool_choice", "", (choice) => checkToolChoice(choice, tools));
  checkPairing(messages);
  checkToolReferences(messages as unknown as readonly Fields[], tools);
  if (thinks(body) && forcesTool(body)) {
    throw invalidRequest("tool_choice.type", "thinking may not be enabled when tool_choice forces tool use");
  }
  if (messages.at(-1)?.role !== "assistant") return;
  if (thinks(body)) {
    throw invalidRequest("thinking", "the final message may not be the assistant's when thinking is enabled");
  }
  if (hasFormat(body)) {
    throw invalidRequest(
      "output_config.format",
      "the final message may not be the assistant's with a format",
    );
  }
}

function fieldOf(body: Fields, field: string, key: string): unknown {
  const value = body[field];
  return isFields(value) ? value[key] : undefined;
}

function thinks(body: Fields): boolean {
  return fieldOf(body, "thinking", "type") === "enabled";
}

function forcesTool(body: Fields): boolean {
  const type = fieldOf(body, "tool_choice", "type");
  return type === "any" || type === "tool";
}

function hasFormat(body: Fields): boolean {
  return !isAbsent(fieldOf(body, "output_config", "format")) || !isAbsent(body["output_format"]);
}

/** Null means absent for every field, and a sampling value with too many digits is the double nearest. */
function settled(body: Fields): Fields {
  const entries = Object.entries(body).filter(([, value]) => value !== null);
  return Object.fromEntries(
    entries.map(([key, value]) => [key, isBigNumber(value) ? Number(value.rawJSON) : value]),
  );
}

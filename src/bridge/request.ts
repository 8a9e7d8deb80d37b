import { ApiError } from "../messages/api-error.ts";
import type { MessagesRequest } from "../messages/types.ts";
import { parseMessagesRequest } from "../messages/validate.ts";
import { apiVersion, type ApiVersion } from "../messages/version.ts";
import type { Core, Exchange } from "./core.ts";
import { readJsonBody } from "./request-body.ts";

/** The checked body of `POST /v1/messages`. Throws ApiError. */
export async function readMessagesRequest(core: Core, exchange: Exchange): Promise<MessagesRequest> {
  return parseMessagesRequest(await readBody(core, exchange), versionOf(exchange));
}

/** The checked body of `count_tokens`: the same request, of which `max_tokens` may be absent. */
export async function readCountRequest(core: Core, exchange: Exchange): Promise<MessagesRequest> {
  const body = await readBody(core, exchange);
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new ApiError("invalid_request_error", "body: Input should be a JSON object");
  }
  return parseMessagesRequest({ max_tokens: 1, ...body }, versionOf(exchange));
}

function readBody(core: Core, exchange: Exchange): Promise<unknown> {
  return readJsonBody(exchange.request, undefined, (text) => core.bodies.parse(text));
}

function versionOf(exchange: Exchange): ApiVersion {
  const asked = exchange.request.headers["anthropic-version"]?.trim();
  const version = apiVersion(asked);
  if (asked !== undefined && asked !== "" && asked !== version) exchange.notes.push("unknown-api-version");
  return version;
}

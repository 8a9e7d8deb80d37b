import { ApiError, type ApiErrorOptions } from "../messages/api-error.ts";
import type { ErrorType } from "../messages/types.ts";
import type { FailureKind, UpstreamFailure } from "../upstream/errors.ts";

/** What an error text may need to know of the request. `AnswerContext` is one. */
export interface FailureContext {
  /** The model as the client named it. */
  model: string;
  /** Tokens; an estimate of the prompt. */
  inputTokens?: number;
  /** Tokens; null when unknown. */
  contextWindow?: number | null;
  /** Texts that must not reach a client, e.g. the bridge's own key. */
  secrets?: readonly string[];
}

const TYPES: Record<FailureKind, ErrorType> = {
  auth: "api_error",
  billing: "billing_error",
  "rate-limit": "rate_limit_error",
  overloaded: "overloaded_error",
  "not-found": "not_found_error",
  "no-route": "api_error",
  "context-overflow": "invalid_request_error",
  "too-large": "request_too_large",
  unsupported: "invalid_request_error",
  "bad-request": "invalid_request_error",
  timeout: "timeout_error",
  unreachable: "api_error",
  garbage: "api_error",
  server: "api_error",
};

/** Gateway faults: the upstream failed, not the bridge. */
const BAD_GATEWAY: ReadonlySet<FailureKind> = new Set([
  "auth",
  "no-route",
  "unreachable",
  "garbage",
  "server",
]);

/**
 * An upstream's failure as the client is told of it. A refused key of the bridge is no 401, which
 * would make clients ask their user to log in; a prompt that does not fit says so in the words that
 * make Claude Code compact it.
 */
export function translateFailure(failure: UpstreamFailure, context: FailureContext): ApiError {
  const options: ApiErrorOptions = {};
  if (BAD_GATEWAY.has(failure.kind)) options.status = 502;
  if (failure.retryAfter !== undefined) options.headers = { "retry-after": failure.retryAfter };
  // A wrong key or base URL stays wrong: without this Claude Code tries for three minutes before it says so.
  if (failure.kind === "auth" || failure.kind === "no-route")
    options.headers = { ...options.headers, "x-should-retry": "false" };
  const secrets = context.secrets ?? [];
  options.quoted = scrub(failure.message, secrets);
  const message = scrub(describe(failure, context), secrets);
  return new ApiError(TYPES[failure.kind], message, options);
}

function describe(failure: UpstreamFailure, context: FailureContext): string {
  const { kind, message: said, status } = failure;
  if (kind === "auth") {
    return `the model server refused the bridge's own credential (status ${status}): ${said}; check the key the bridge was started with`;
  }
  if (kind === "not-found") return `model: ${context.model} (the model server said: ${said})`;
  if (kind === "no-route") {
    return `the model server has no such route (status ${status}): ${said}; check the base URL`;
  }
  if (kind === "context-overflow") return `prompt is too long: ${overflowNumbers(failure, context)}${said}`;
  if (kind === "unsupported" || kind === "bad-request" || kind === "too-large")
    return `the model server refused the request: ${said}`;
  return `the model server failed: ${said}`;
}

/** Claude Code reads the two numbers; without any it compacts all the same. */
function overflowNumbers(failure: UpstreamFailure, context: FailureContext): string {
  const limit = failure.tokens?.limit ?? context.contextWindow ?? undefined;
  if (limit === undefined) return "";
  const prompt = Math.max(failure.tokens?.prompt ?? context.inputTokens ?? 0, limit + 1);
  return `${prompt} tokens > ${limit} maximum; the model server said: `;
}

const KEY_LIKE =
  /\b(?:sk|pk|gsk|hf|xai|rk)[-_][\w-]{6,}|\bAIza[\w-]{10,}|\bBearer\s+[\w.~+/=-]+|(?<=\/\/)[^/\s:@]+:[^/\s@]+(?=@)/gi;

/** Removes the given secrets and whatever looks like a key, a bearer token or URL credentials. */
export function scrub(text: string, secrets: readonly string[]): string {
  const known = secrets.filter((secret) => secret !== "");
  return known
    .reduce((result, secret) => result.replaceAll(secret, "[redacted]"), text)
    .replace(KEY_LIKE, "[redacted]");
}

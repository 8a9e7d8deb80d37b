import type { ErrorType } from "./types.ts";

const STATUS_BY_TYPE: Record<ErrorType, number> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
};

export interface ApiErrorOptions {
  /** HTTP status; by default the one that belongs to the type. */
  status?: number;
  /** Extra response headers, e.g. `retry-after`. */
  headers?: Record<string, string>;
  details?: unknown;
  /** What of the message is another server's text: it may repeat a prompt or an answer, and is in no log by default. */
  quoted?: string;
  cause?: unknown;
}

/**
 * A failure in the words of the Messages API.
 * Source: https://docs.anthropic.com/en/api/errors
 */
export class ApiError extends Error {
  override readonly name = "ApiError" as const;
  readonly type: ErrorType;
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly details: unknown;
  readonly quoted: string | undefined;

  constructor(type: ErrorType, message: string, options: ApiErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.type = type;
    this.status = options.status ?? STATUS_BY_TYPE[type];
    this.headers = options.headers ?? {};
    this.details = options.details;
    this.quoted = options.quoted;
  }

  /** The message without what it quotes. */
  get ownWords(): string {
    if (this.quoted === undefined || this.quoted === "") return this.message;
    return this.message.includes(this.quoted) ? this.message.replaceAll(this.quoted, "…") : this.type;
  }

  /** The JSON body, which carries the same request id as the `request-id` header. */
  envelope(requestId: string): {
    type: "error";
    error: { type: ErrorType; message: string; details?: unknown };
    request_id: string;
  } {
    const error = { type: this.type, message: this.message };
    return {
      type: "error",
      error: this.details === undefined ? error : { ...error, details: this.details },
      request_id: requestId,
    };
  }
}

/** A fault in the request; the message starts with the dotted path to it, as the API's own do. */
export function invalidRequest(path: string, problem: string): ApiError {
  return new ApiError("invalid_request_error", `${path}: ${problem}`);
}

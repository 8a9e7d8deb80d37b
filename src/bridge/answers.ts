import { ApiError } from "../messages/api-error.ts";
import { stringifyJson } from "../wire/json.ts";
import type { Core, Exchange } from "./core.ts";

/** Adds what every answer has: its id, and as codes what was dropped on the way to the model. */
export function sendHead(exchange: Exchange, status: number, headers: Record<string, string>): void {
  const notes = [...new Set(exchange.notes)].join(",");
  const all = { "request-id": exchange.id, "x-bridge-notes": notes, ...headers };
  exchange.status = status;
  exchange.sink.head(
    status,
    Object.fromEntries(Object.entries(all).filter(([, value]) => isSendable(value))),
  );
}

/** Some values come from elsewhere (`retry-after`, notes); one that no header can hold is left away. */
function isSendable(value: string): boolean {
  return /^[\x20-\x7e]+$/.test(value);
}

export function sendEmpty(exchange: Exchange, status: number, headers: Record<string, string> = {}): void {
  sendHead(exchange, status, headers);
  exchange.sink.end();
}

export function sendJson(
  exchange: Exchange,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  const text = stringifyJson(body);
  sendHead(exchange, status, {
    ...headers,
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(text)),
  });
  exchange.sink.write(text);
  exchange.sink.end();
}

/** Answers with the error envelope. What is not an ApiError is a fault of the bridge: 500, no details. */
export function sendError(core: Core, exchange: Exchange, error: unknown): void {
  const failure = presentable(core, error);
  countError(core, failure.type);
  logError(core, exchange, failure, "error");
  sendJson(exchange, failure.status, failure.envelope(exchange.id), failure.headers);
}

/** An ApiError whose message holds no secret, whatever was thrown. */
export function presentable(core: Core, error: unknown): ApiError {
  if (error instanceof ApiError) {
    const { status, headers, details, quoted } = error;
    return new ApiError(error.type, core.scrub(error.message), {
      status,
      headers,
      details,
      ...(quoted !== undefined && { quoted: core.scrub(quoted) }),
    });
  }
  if (error instanceof RangeError)
    return new ApiError("invalid_request_error", "The request is nested too deeply");
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  core.log.error({ stack: core.scrub(stack) }, "internal error");
  return new ApiError("api_error", "The bridge failed on this request; its log says why");
}

/** What another server said stands in the debug log only: it may repeat a prompt. */
export function logError(core: Core, exchange: Exchange, failure: ApiError, title: string): void {
  const { status, type, message, ownWords } = failure;
  core.log.warn({ request: exchange.id, status, type, message: ownWords }, title);
  if (message !== ownWords) core.log.debug({ request: exchange.id, message }, title);
}

export function countError(core: Core, type: string): void {
  core.metrics.errors++;
  core.openMetrics.error(type);
}

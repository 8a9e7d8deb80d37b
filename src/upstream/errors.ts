import { excerptOf } from "./excerpt.ts";
import { readErrorObject, type ErrorText } from "./error-text.ts";
import { lengthRefusalOf, type LengthRefusal } from "./output-limit.ts";
import { featureOf, isBilling, isUnknownModel, overflowOf, type Feature } from "./error-wording.ts";

export type FailureKind =
  | "auth"
  | "billing"
  | "rate-limit"
  | "overloaded"
  /** The model does not exist. */
  | "not-found"
  /** The path does not exist: a wrong base URL. */
  | "no-route"
  | "context-overflow"
  /** The body, not the prompt. */
  | "too-large"
  /** The model or server lacks `feature`. */
  | "unsupported"
  | "bad-request"
  | "timeout"
  | "unreachable"
  /** The answer is not the dialect at all. */
  | "garbage"
  | "server";

/** Why an upstream did not answer, in words no client depends on. */
export interface UpstreamFailure {
  /** HTTP status; 0 when there was no HTTP answer. */
  status: number;
  kind: FailureKind;
  /** The upstream's own text, on one line. */
  message: string;
  /** Of a context overflow, when the upstream counted. */
  tokens?: { prompt: number; limit: number };
  /** The `retry-after` header as received, else `retry-after-ms` in seconds. */
  retryAfter?: string;
  feature?: Feature;
  /** Of a refused `max_tokens`. */
  lengths?: LengthRefusal;
}

export type HeadersLike = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

/** Reads a refused or failed upstream answer: any status, any body. */
export function parseUpstreamError(status: number, headers: HeadersLike, bodyText: string): UpstreamFailure {
  const { text, structured } = readBody(status, bodyText);
  const failure = classifyError(status, text, structured);
  const retryAfter = header(headers, "retry-after") ?? wholeSeconds(header(headers, "retry-after-ms"));
  return retryAfter === undefined ? failure : { ...failure, retryAfter };
}

/** Reads an error that an upstream reported inside a 200 answer. */
export function failureOfErrorDelta(error: ErrorText): UpstreamFailure {
  return classifyError(error.status ?? 500, error, true);
}

function classifyError(status: number, error: ErrorText, structured: boolean): UpstreamFailure {
  const message = error.message.replace(/\s+/g, " ").trim();
  const lengths = lengthRefusalOf(message);
  if (lengths !== undefined)
    return { status, kind: "unsupported", message, feature: "output-limit", lengths };
  const overflow = overflowOf(message);
  if (overflow !== undefined || error.type === "exceed_context_size_error") {
    const tokens = error.tokens ?? overflow?.tokens;
    return { status, kind: "context-overflow", message, ...(tokens && { tokens }) };
  }
  const feature = status === 401 || status === 403 || status === 429 ? undefined : featureOf(message);
  if (feature !== undefined) return { status, kind: "unsupported", message, feature };
  return { status, kind: kindOf(status, message, error.type ?? "", structured), message };
}

function kindOf(status: number, message: string, type: string, structured: boolean): FailureKind {
  if (status === 402 || isBilling(message, type)) return "billing";
  if (status === 401 || status === 403) return "auth";
  if (status === 413) return "too-large";
  if (status === 429) return "rate-limit";
  if (status === 408 || status === 504 || status === 524) return "timeout";
  if (status === 503 || status === 529) return "overloaded";
  if (isUnknownModel(status, message, type)) return "not-found";
  if (status === 404 || status === 405) return "no-route";
  if (/^option "\w+" must be|^invalid format:/.test(message)) return "bad-request";
  if (status >= 500) return "server";
  if (status >= 400) return "bad-request";
  return structured ? "server" : "garbage";
}

function readBody(status: number, bodyText: string): { text: ErrorText; structured: boolean } {
  const body = bodyText.trim();
  if (body === "") return { text: { message: `status ${status} with an empty body` }, structured: false };
  if (body.startsWith("<"))
    return { text: { message: `status ${status} with an HTML page${titleOf(body)}` }, structured: false };
  try {
    const error = readErrorObject(JSON.parse(body));
    if (error !== undefined) return { text: error, structured: true };
    const { message } = JSON.parse(body) as { message?: unknown };
    if (typeof message === "string" && message !== "") return { text: { message }, structured: true };
  } catch {
    return { text: { message: excerptOf(body) }, structured: false };
  }
  return { text: { message: excerptOf(body) }, structured: false };
}

function titleOf(html: string): string {
  const title = /<title[^>]*>([^<]{1,80})/i.exec(html)?.[1]?.trim();
  return title === undefined || title === "" ? "" : ` (${title})`;
}

/** Every client reads `retry-after`; some do not read OpenAI's finer one. */
function wholeSeconds(ms: string | undefined): string | undefined {
  return ms !== undefined && /^\d{1,9}$/.test(ms) ? String(Math.ceil(Number(ms) / 1000)) : undefined;
}

function header(headers: HeadersLike, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  const value = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  return typeof value === "string" ? value : value?.[0];
}

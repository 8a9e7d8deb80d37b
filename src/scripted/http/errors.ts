import { goJson } from "../go-json.ts";
import type { Exchange } from "./context.ts";
import { BindFailure, type HttpFailure, RunnerFailure } from "./failure.ts";
import { sendChunked, sendWhole } from "./reply.ts";

export type FailureWriter = (exchange: Exchange, failure: HttpFailure) => void;

/** `{"error":"…"}`, the envelope of `/api/*`. */
export const ollamaFailure: FailureWriter = (exchange, failure) => {
  const body = goJson({ error: failure.message });
  if (failure instanceof RunnerFailure && streams(exchange, true)) {
    return sendChunked(exchange.response, failure.status, "application/json", body);
  }
  sendWhole(exchange.response, failure.status, "application/json; charset=utf-8", body);
};

/** OpenAI's envelope as Ollama fills it. A refused body has another type header than a refused chat. */
export const ollamaV1Failure: FailureWriter = (exchange, failure) => {
  const error = { message: failure.message, type: errorType(failure.status), param: null, code: null };
  const body = goJson({ error });
  if (failure instanceof BindFailure) {
    return sendWhole(exchange.response, failure.status, "application/json; charset=utf-8", body);
  }
  if (failure instanceof RunnerFailure && streams(exchange, false)) {
    return sendChunked(exchange.response, failure.status, "application/json", `${body}\n`);
  }
  sendWhole(exchange.response, failure.status, "application/json", `${body}\n`);
};

const PLAIN_CODES: Record<number, string> = { 404: "model_not_found" };

/** OpenAI's envelope as a plain server fills it. A runner's refusal here is always an overflow. */
export const plainFailure: FailureWriter = (exchange, failure) => {
  const code =
    failure instanceof RunnerFailure ? "context_length_exceeded" : (PLAIN_CODES[failure.status] ?? null);
  const type = failure.status >= 500 ? "server_error" : "invalid_request_error";
  const param = failure instanceof RunnerFailure ? "messages" : null;
  const body = JSON.stringify({ error: { message: failure.message, type, param, code } });
  sendWhole(exchange.response, failure.status, "application/json", body);
};

function errorType(status: number): string {
  if (status === 404) return "not_found_error";
  return status >= 500 ? "api_error" : "invalid_request_error";
}

function streams({ body }: Exchange, byDefault: boolean): boolean {
  try {
    const { stream } = JSON.parse(body) as { stream?: boolean };
    return stream ?? byDefault;
  } catch {
    return byDefault;
  }
}

import { ApiError } from "../messages/api-error.ts";
import { encodeEvent } from "../messages/encode.ts";
import { translateFailure } from "../translate/failure.ts";
import { parseUpstreamError } from "../upstream/errors.ts";
import { asObject, asText } from "../upstream/read.ts";
import { countError, presentable, sendHead } from "./answers.ts";
import type { Core, Exchange } from "./core.ts";
import { ReadDeadline } from "./deadline.ts";
import type { Headers } from "./front.ts";
import { readErrorBody, sendInTime } from "./open-answer.ts";
import { readRawBody } from "./request-body.ts";
import { RelayUsage } from "./relay-usage.ts";
import { StreamTail } from "./stream-tail.ts";
import { UpstreamBroken } from "./upstream-body.ts";
import type { UpstreamAnswer } from "./upstream-client.ts";
import { transportError } from "./upstream-failure.ts";

/** Of one connection only (RFC 9110 §7.6.1), and what the bridge says for itself. */
const NOT_FORWARDED =
  /^(?:connection|keep-alive|transfer-encoding|te|trailer|upgrade|expect|proxy-.*|host|content-length|accept-encoding|authorization|x-api-key|cookie|set-cookie|date|x-bridge-.*)$/;

/**
 * Passes a request on to an upstream that speaks the Messages API itself: the body byte for byte, the
 * client's headers without its credential, and the answer's bytes as they come. An error that is
 * no envelope becomes one; a stream that breaks off ends in `error`, never well. The bridge's limits hold:
 * deadlines, retries before the first byte, back-pressure, cancellation. Throws ApiError.
 */
export async function relay(core: Core, exchange: Exchange): Promise<void> {
  const { request } = exchange;
  const body = request.method === "POST" ? await readRawBody(request) : undefined;
  const answer = await sendInTime(core, exchange, {
    method: request.method,
    path: request.target.replace(/^https?:\/\/[^/?#]*/i, ""),
    headers: forwardable(request.headers),
    ...(body === undefined ? {} : { body }),
  });
  if (answer.status >= 400) await relayError(core, exchange, answer, body);
  else await relayBody(core, exchange, answer);
}

function forwardable(headers: Headers): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined && !NOT_FORWARDED.test(name)) kept[name] = value;
  return kept;
}

async function relayError(
  core: Core,
  exchange: Exchange,
  answer: UpstreamAnswer,
  asked: Uint8Array | undefined,
): Promise<void> {
  const text = await readErrorBody(answer);
  if (!isEnvelope(text)) throw wrapped(answer, text, asked);
  const bytes = core.scrub(text);
  countError(core, "upstream");
  core.log.warn({ request: exchange.id, status: answer.status }, "error of the upstream");
  sendHead(exchange, answer.status, {
    ...forwardable(answer.headers),
    "content-length": String(Buffer.byteLength(bytes)),
  });
  exchange.sink.write(bytes);
  exchange.sink.end();
}

/** A route that the upstream does not have is not there for the client either (`count_tokens` is optional). */
function wrapped(answer: UpstreamAnswer, text: string, asked: Uint8Array | undefined): ApiError {
  const failure = parseUpstreamError(answer.status, answer.headers, text);
  if (failure.kind === "no-route" && failure.status === 404)
    return new ApiError("not_found_error", `the upstream has no such route: ${failure.message}`);
  return translateFailure(failure, { model: modelIn(asked) });
}

function modelIn(asked: Uint8Array | undefined): string {
  const text = asked === undefined ? "" : new TextDecoder().decode(asked);
  return asText(asObject(tryParse(text))?.["model"]) ?? "unknown";
}

async function relayBody(core: Core, exchange: Exchange, answer: UpstreamAnswer): Promise<void> {
  const { body, headers } = answer;
  const { sink, request } = exchange;
  const length = headers["content-length"];
  const tail = new StreamTail(headers["content-type"]);
  const usage = isMessages(request.target) ? new RelayUsage(headers["content-type"]) : null;
  const deadline = new ReadDeadline(body, core.settings.headersTimeoutMs);
  sendHead(exchange, answer.status, {
    ...forwardable(headers),
    ...(length === undefined ? {} : { "content-length": length }),
  });
  try {
    for (let bytes = await deadline.read(); bytes !== null; bytes = await deadline.read()) {
      deadline.limit(core.settings.idleTimeoutMs);
      if (!tail.hasBegun) core.openMetrics.firstByte(performance.now() - exchange.began);
      tail.push(bytes);
      usage?.push(bytes);
      if (!sink.write(bytes)) await sink.drained();
    }
    if (tail.isWell) sink.end();
    else breakOff(core, exchange, tail, new UpstreamBroken("UNFINISHED"));
  } catch (error) {
    if (request.signal.aborted || !(error instanceof UpstreamBroken)) throw error;
    breakOff(core, exchange, tail, error);
  } finally {
    usage?.count(core.metrics);
    deadline.stop();
    body.abort(new UpstreamBroken("NOT_NEEDED"));
  }
}

/** The route whose answers use tokens. */
function isMessages(target: string): boolean {
  return /\/v1\/messages(?:\?|$)/.test(target);
}

/** Between two events an `error` event can still be said; anywhere else only the connection can say it. */
function breakOff(core: Core, exchange: Exchange, tail: StreamTail, error: UpstreamBroken): void {
  if (!tail.isBetweenEvents) {
    countError(core, "cut");
    core.log.warn({ request: exchange.id, code: error.code }, "the upstream's answer broke off");
    return exchange.sink.cut();
  }
  const failure = presentable(core, transportError(error));
  countError(core, failure.type);
  core.log.warn({ request: exchange.id, message: failure.message }, "error in the stream");
  exchange.sink.write(encodeEvent(failure.envelope(exchange.id)));
  exchange.sink.end();
}

function isEnvelope(text: string): boolean {
  const body = asObject(tryParse(text));
  const error = asObject(body?.["error"]);
  return body?.["type"] === "error" && typeof error?.["type"] === "string" && "message" in error;
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

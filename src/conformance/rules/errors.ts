import { showResponse, type Exchange } from "../exchange.ts";
import { show, valueAt } from "../path.ts";
import { finding, rule, type RuleSet } from "./rule.ts";

interface Refusal {
  status?: number | number[];
  type?: string | string[];
  mentions?: string | string[];
  /** The message starts with this. */
  starts?: string;
  lacks?: string | string[];
}

const words = { anyOf: [{ type: "string" }, { type: "array", items: { type: "string" } }] };

const refusal = {
  type: ["object", "null"],
  additionalProperties: false,
  properties: {
    status: { anyOf: [{ type: "integer" }, { type: "array", items: { type: "integer" } }] },
    type: words,
    mentions: words,
    starts: { type: "string" },
    lacks: words,
  },
};

/** A stack frame, or an absolute path of a source file. */
const TRACE = /\n\s+at \S+ ?\(|node:internal|\/[\w./-]+\.[cm]?[jt]s:\d/;

/** Rules over failures. The envelope itself is checked on every error answer anyway. */
export const ERROR_RULES: RuleSet = {
  /** An HTTP error before any answer; by default 400 `invalid_request_error`. */
  refused: rule<Refusal | null>(refusal, ({ exchange }, args) => {
    const wanted = { status: 400, ...args };
    const allowed = [wanted.status].flat();
    const type =
      wanted.type ?? (allowed.length === 1 && allowed[0] === 400 ? "invalid_request_error" : undefined);
    const { status } = exchange.response;
    if (!allowed.includes(status)) {
      const stream = exchange.streamed ? " (a stream)" : "";
      return [
        finding(
          `answered ${status}${stream}, should have refused with ${allowed.join(" or ")}`,
          showResponse(exchange.response),
        ),
      ];
    }
    return wrong(errorOf(exchange), { ...wanted, ...(type === undefined ? {} : { type }) }, exchange);
  }),

  /** Fails closed: an HTTP error from 400 on, or a stream that ends in an `error` event. */
  failed: rule<Refusal | null>(refusal, ({ exchange }, args) => {
    const error = errorOf(exchange);
    const { status } = exchange.response;
    const inStream = exchange.streamed && status === 200;
    const allowed = args?.status === undefined ? undefined : [args.status].flat();
    if (error === null || (status < 400 && !inStream))
      return [
        finding(
          "a failed upstream was answered as a success",
          exchange.text || showResponse(exchange.response),
        ),
      ];
    if (!inStream && allowed !== undefined && !allowed.includes(status))
      return [finding(`status is ${status}, not ${allowed.join(" or ")}`, showResponse(exchange.response))];
    return wrong(error, args ?? {}, exchange);
  }),

  /** The status was committed and the stream ends in an `error` event. */
  "error-event": rule<Refusal | null>(refusal, ({ exchange }, args) => {
    const error = exchange.answer?.error ?? null;
    if (error === null) return [finding("the stream has no error event", exchange.text)];
    return wrong(error, args ?? {}, exchange);
  }),

  /** Neither headers nor body show the words, the upstream's address, a stack or a file's path. */
  "secret-free": rule<string[]>(
    { type: "array", items: { type: "string" } },
    ({ exchange, upstreamOrigin }, words) => {
      const shown = `${JSON.stringify(exchange.response.headers)}\n${exchange.text}`;
      const secrets = [
        ...words,
        ...(upstreamOrigin === null ? [] : [upstreamOrigin.replace(/^https?:\/\//, "")]),
      ];
      return [
        ...secrets.filter((word) => shown.includes(word)).map((word) => finding(`shows ${word}`, shown)),
        ...(TRACE.test(exchange.text) ? [finding("shows a stack or a path", shown)] : []),
      ];
    },
  ),
};

/** The error object of an envelope or of an `error` event. */
function errorOf(exchange: Exchange): Record<string, unknown> | null {
  if (exchange.answer?.error !== undefined && exchange.answer.error !== null) return exchange.answer.error;
  const error = valueAt(exchange.json, "error");
  return typeof error === "object" && error !== null ? (error as Record<string, unknown>) : null;
}

function wrong(
  error: Record<string, unknown> | null,
  wanted: Refusal,
  exchange: Exchange,
): ReturnType<typeof list> {
  const message = show(error?.["message"] ?? "");
  const types = [wanted.type ?? []].flat();
  return list(exchange, [
    types.length > 0 &&
      !types.includes(show(error?.["type"] ?? "")) &&
      `error.type is ${show(error?.["type"] ?? "absent")}, not ${types.join(" or ")}`,
    ...[wanted.mentions ?? []]
      .flat()
      .map((word) => !message.includes(word) && `the message does not mention "${word}"`),
    wanted.starts !== undefined &&
      !message.startsWith(wanted.starts) &&
      `the message does not start with "${wanted.starts}"`,
    ...[wanted.lacks ?? []].flat().map((word) => message.includes(word) && `the message contains "${word}"`),
  ]);
}

function list(exchange: Exchange, complaints: (string | false)[]): ReturnType<typeof finding>[] {
  const evidence = exchange.streamed ? exchange.text.slice(-400) : showResponse(exchange.response);
  return complaints.filter((one) => one !== false).map((one) => finding(one, evidence));
}

import { exactJsonOf } from "./json.ts";
import { SseDecoder } from "../wire/sse.ts";
import type { TappedExchange } from "../replay/tap.ts";
import { accumulate, type Accumulated } from "./accumulate.ts";
import { excerpt, isRecord, recordOf } from "./path.ts";
import type { Send } from "./send.ts";

/** One request as it reached the scripted upstream. */
export interface UpstreamCall {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
  /** The body parsed; undefined when it is no JSON. */
  json: unknown;
  /** Who ended the connection of the answer first; null while it is open. */
  closedBy: "server" | "peer" | null;
}

export interface FrontResponse {
  status: number;
  /** In order, names in lower case. */
  headers: [string, string][];
  body: Uint8Array;
  /** The reads in which the body came. `at`: milliseconds since the request was sent. */
  chunks: { at: number; bytes: Uint8Array }[];
  /** `complete`: ended as HTTP wants it; else what broke. */
  end: "complete" | { error: string };
}

/** One send, what came back, and what it caused upstream. */
export interface Exchange {
  send: Send;
  request: { method: string; path: string; headers: [string, string][]; body: string };
  response: FrontResponse;
  /** Body as text; invalid UTF-8 shows as U+FFFD. */
  text: string;
  /** The body as JSON; undefined when it is none. */
  json: unknown;
  streamed: boolean;
  events: StreamEvent[];
  /** The answer, whether it came as JSON or as a stream; null for errors. */
  answer: Accumulated | null;
  /** Chat requests that the send caused; null when the upstream is not ours. */
  upstream: UpstreamCall[] | null;
  /** All it asked of its model server, with the answers, as raw bytes; null where no tap stands between them. */
  back: readonly TappedExchange[] | null;
}

export interface StreamEvent {
  name: string | null;
  data: Record<string, unknown>;
}

export function headerOf(response: Pick<FrontResponse, "headers">, name: string): string | undefined {
  const values = response.headers.filter(([key]) => key === name.toLowerCase()).map(([, value]) => value);
  return values.length === 0 ? undefined : values.join(", ");
}

export function readExchange(
  send: Send,
  request: Exchange["request"],
  response: FrontResponse,
  upstream: UpstreamCall[] | null,
  back: readonly TappedExchange[] | null = null,
): Exchange {
  const text = new TextDecoder().decode(response.body);
  const streamed = (headerOf(response, "content-type") ?? "").startsWith("text/event-stream");
  const events = streamed ? eventsOf(response.body) : [];
  const json = streamed ? undefined : exactJsonOf(text);
  return {
    send,
    request,
    response,
    text,
    json,
    streamed,
    events,
    answer: answerOf(response.body, events, json),
    upstream,
    back,
  };
}

function eventsOf(body: Uint8Array): StreamEvent[] {
  const decoder = new SseDecoder();
  return [...decoder.push(body), ...decoder.end()].map(({ event, data }) => ({
    name: event,
    data: recordOf(exactJsonOf(data)),
  }));
}

function answerOf(body: Uint8Array, events: StreamEvent[], json: unknown): Accumulated | null {
  if (events.length > 0) return accumulate(body, events);
  return isRecord(json) && json["type"] === "message" ? { message: json, rawInputs: [], error: null } : null;
}

/** Numbers that a double cannot hold survive. */
/** What was sent, in one line. */
export function showRequest({ request }: Pick<Exchange, "request">, length = 300): string {
  return `sent: ${request.method} ${request.path} ${excerpt(request.body, length)}`;
}

/** Status line, headers and the start of the body, to print with a finding. */
export function showResponse(response: FrontResponse, length = 400): string {
  const head = [`HTTP ${response.status}`, ...response.headers.map(([name, value]) => `${name}: ${value}`)];
  const body = new TextDecoder().decode(response.body.subarray(0, length));
  return `${head.join("\n")}\n\n${body}`;
}

import type { ModelFlags } from "../upstream/flags.ts";

/** Name and version of the format that this code writes. The number has nothing to do with releases. */
export const FORMAT = "bridge-cassette/2" as const;
export const FORMAT_VERSION = 2;

/**
 * How a body ended. `complete`: as HTTP wants it; `fin`: the sender closed before the end;
 * `rst`: connection reset; `timeout`: silence until the recorder gave up; `client-abort@N`: the
 * receiver left after N bytes; `harness-cut`: the recorder itself stopped.
 */
export type End = "complete" | "fin" | "rst" | "timeout" | "harness-cut" | `client-abort@${number}`;

export type Header = [name: string, value: string];

export interface RecordedRequest {
  method: string;
  /** Path with query, as on the request line. */
  path: string;
  headers: Header[];
  body: Uint8Array;
}

export interface RecordedResponse {
  /** Null when the connection ended before a status line. */
  status: number | null;
  headers: Header[];
  body: Uint8Array;
  /** Byte offsets at which the body was cut into chunks: ascending, inside the body. */
  cuts: number[];
  end: End;
}

/** Times of one response, in milliseconds since its request was complete. */
export interface ResponseTiming {
  /** When the request arrived, in milliseconds since the first one of the session. */
  requestAt: number;
  headersAt: number | null;
  /** One entry per chunk. */
  chunks: number[];
  endAt: number | null;
}

export interface UpstreamHop {
  bridgeRequest: RecordedRequest;
  upstreamResponse: RecordedResponse;
}

/** Why a request to the web had no answer, or no whole one. `left`: the client had gone. */
export type WebFault = "forbidden" | "timeout" | "unreachable" | "left";

/** One request of the bridge's own to the web, for a search, a page, or a picture or document at a URL. */
export interface WebHop {
  /** Scheme, host and port; null: the search service, whose address is nobody's business. Its paths are relative to that. */
  origin: string | null;
  request: RecordedRequest;
  /** `end` is `client-abort@N` where the bridge read no more. */
  response: RecordedResponse;
  fault: WebFault | null;
}

/** `header`: the bridge forwarded our id; `window`: only one was in flight; `none`: not known. */
export type Pairing = "header" | "window" | "none";

export interface ExchangeTiming {
  front: ResponseTiming | null;
  upstream: ResponseTiming[];
}

/** One front request and everything it caused. */
export interface Exchange {
  /** Four digits, by arrival. */
  id: string;
  pairing: Pairing;
  clientRequest: RecordedRequest;
  upstream: UpstreamHop[];
  /** In the order in which they were asked. */
  web: WebHop[];
  bridgeResponse: RecordedResponse;
  timing: ExchangeTiming;
}

export type RedactionProfile = "published" | "secrets";

/** What the bridge was told: enough to drive the same requests through it again. */
export interface BridgeSettings {
  /** `anthropic`: nothing was translated, both hops are the same bytes. */
  provider: "ollama" | "openai" | "anthropic";
  /** Path of the upstream's base URL, e.g. `/v1`, or empty. */
  basePath: string;
  model: string | null;
  repair: boolean;
  strict: boolean;
  maxRetries: number;
  maxOutputTokens: number | null;
  set: Record<string, string>;
  flags: Partial<ModelFlags>;
  /** Which search service, and whether pages were read. */
  web: { search: "searxng" | "brave" | "ollama" | null; fetch: boolean };
}

export interface Manifest {
  format: typeof FORMAT;
  /** 16 hex digits. */
  id: string;
  title: string;
  /** ISO 8601. */
  recordedAt: string;
  maxAgeDays: number;
  generator: { name: string; version: string };
  client: {
    version: string | null;
    command: string[];
    environment: Record<string, string>;
    /** How it ended. */
    exitCode: number;
  };
  bridge: BridgeSettings;
  upstream: { kind: string; description: string };
  host: { os: string; arch: string; node: string };
  redaction: { profile: RedactionProfile; rules: number; counts: Record<string, number> };
  /** The redacted names under which the session's folders stand in the bodies. */
  places: { home: string | null; cwd: string | null };
  /** Ids, in order of arrival. */
  exchanges: string[];
}

export interface Cassette {
  manifest: Manifest;
  exchanges: Exchange[];
  /** Upstream requests that belong to no exchange (start-up probes). */
  unpaired: UpstreamHop[];
}

export function headerOf(headers: readonly Header[], name: string): string | undefined {
  const wanted = name.toLowerCase();
  return headers.find(([key]) => key.toLowerCase() === wanted)?.[1];
}

import { Agent, type Dispatcher } from "undici";
import { UpstreamBody, UpstreamBroken } from "./upstream-body.ts";
import type { Settings } from "./options.ts";

/** An answer whose head has arrived. Header names are lower-case. */
export interface UpstreamAnswer {
  status: number;
  headers: Record<string, string>;
  body: UpstreamBody;
}

/** No answer: the server could not be reached, or the connection broke before the head. */
export class UpstreamUnreachable extends Error {
  override readonly name = "UpstreamUnreachable" as const;
  readonly code: string;

  constructor(cause: unknown) {
    const code = codeOf(cause);
    super(`the model server cannot be reached (${code})`, { cause });
    this.code = code;
  }
}

/** What is sent to the upstream; an `UpstreamRequest` is one. */
export interface OutgoingRequest {
  method: string;
  /** Relative to the base URL, query included. */
  path: string;
  /** The path counts from the server's root instead. */
  fromRoot?: true;
  body?: string | Uint8Array;
  /** Win over the bridge's own, except the credential and the recorder's mark. Lower-case names. */
  headers?: Readonly<Record<string, string>>;
}

export interface SendOptions {
  signal: AbortSignal;
  /** The front request's `x-bridge-exchange`. */
  exchange: string | undefined;
}

/** Sends requests to the one upstream of a bridge. Carries the bridge's own credential, no client's. */
export interface UpstreamClient {
  /** Resolves when the head is there. Rejects with UpstreamUnreachable, or the signal's reason. */
  send(request: OutgoingRequest, options: SendOptions): Promise<UpstreamAnswer>;
  close(): Promise<void>;
}

const ACCEPT = "text/event-stream, application/x-ndjson, application/json";

export function createUpstreamClient(settings: Settings): UpstreamClient {
  const agent = new Agent({
    bodyTimeout: 0,
    headersTimeout: 0,
    connect: { timeout: settings.connectTimeoutMs },
  });
  return {
    send: (request, options) => dispatch(agent, settings, request, options),
    close: () => agent.destroy(),
  };
}

function dispatch(
  agent: Agent,
  settings: Settings,
  request: OutgoingRequest,
  { signal, exchange }: SendOptions,
): Promise<UpstreamAnswer> {
  return new Promise<UpstreamAnswer>((resolve, reject) => {
    if (signal.aborted) return reject(asError(signal.reason));
    let control: Dispatcher.DispatchController | null = null;
    let body: UpstreamBody | null = null;
    const leave = (): void => {
      const reason = asError(signal.reason);
      reject(reason);
      if (body === null) control?.abort(reason);
      else body.abort(reason);
    };
    const settle = (): void => signal.removeEventListener("abort", leave);
    signal.addEventListener("abort", leave, { once: true });
    agent.dispatch(
      {
        origin: settings.origin,
        path: request.fromRoot === true ? request.path : settings.basePath + request.path,
        method: request.method,
        headers: requestHeaders(settings, request, exchange),
        body: request.body ?? null,
      },
      {
        onRequestStart(controller) {
          control = controller;
          if (signal.aborted) controller.abort(asError(signal.reason));
        },
        onResponseStart(controller, status, headers) {
          if (status < 200) return;
          body = new UpstreamBody(controller);
          resolve({ status, headers: flatten(headers), body });
        },
        onResponseData(_controller, chunk) {
          body?.push(chunk);
        },
        onResponseEnd() {
          settle();
          body?.end();
        },
        onResponseError(_controller, error) {
          settle();
          if (body === null) reject(new UpstreamUnreachable(error));
          else body.fail(new UpstreamBroken(codeOf(error), { cause: error }));
        },
      },
    );
  });
}

function requestHeaders(
  settings: Settings,
  request: OutgoingRequest,
  exchange: string | undefined,
): Record<string, string> {
  const headers: Record<string, string> = {
    accept: ACCEPT,
    "accept-encoding": "identity",
    "user-agent": "bridge-conformance",
  };
  if (request.body !== undefined) headers["content-type"] = "application/json";
  Object.assign(headers, request.headers, credential(settings));
  if (exchange !== undefined) headers["x-bridge-exchange"] = exchange;
  return headers;
}

/**
 * Anthropic's API takes keys as `x-api-key` and OAuth tokens as `Bearer`; servers that speak its
 * language read one or the other, so they get both. Everybody else takes `Bearer`.
 */
function credential({ apiKey, relay, origin }: Settings): Record<string, string> {
  if (apiKey === null) return {};
  const bearer = { authorization: `Bearer ${apiKey}` };
  if (!relay || apiKey.startsWith("sk-ant-oat")) return bearer;
  const key = { "x-api-key": apiKey };
  return origin === "https://api.anthropic.com" ? key : { ...key, ...bearer };
}

function flatten(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(", ") : value;
  }
  return flat;
}

function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  return error instanceof Error ? error.name : "unknown";
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

import type { End } from "../../cassette/types.ts";
import type { TappedExchange } from "../../replay/tap.ts";

export interface Tapped {
  body?: string;
  status?: number | null;
  end?: End;
  /** Still under way. */
  open?: boolean;
  path?: string;
  request?: unknown;
  type?: string;
}

/** An exchange as a tap would have kept it. */
export function tapped(options: Tapped): TappedExchange {
  const { body = "", status = 200, end = "complete", open = false, path = "/v1/chat/completions" } = options;
  const bytes = new TextEncoder().encode(body);
  const request = new TextEncoder().encode(JSON.stringify(options.request ?? {}));
  return {
    n: 1,
    exchangeId: "x1",
    method: "POST",
    path,
    receivedAt: 0,
    inFlight: 0,
    request: { method: "POST", path, headers: [], body: request },
    response: {
      status,
      headers: [["content-type", options.type ?? "text/event-stream"]],
      headersAt: status === null ? null : 1,
      chunks: bytes.length === 0 ? [] : [{ at: 1, bytes }],
      end,
      endAt: open ? null : 2,
    },
  };
}

export const sse = (...data: unknown[]): string =>
  data.map((one) => `data: ${typeof one === "string" ? one : JSON.stringify(one)}\n\n`).join("");

/** A whole streamed answer of an OpenAI-compatible server. */
export function answered(delta: Record<string, unknown>, finish: string | null = "stop"): string {
  return sse({ choices: [{ delta }] }, { choices: [{ delta: {}, finish_reason: finish }] }, "[DONE]");
}

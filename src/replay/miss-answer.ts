import type { ServerResponse } from "node:http";
import type { BridgeSettings } from "../cassette/types.ts";
import type { Miss } from "./match.ts";

/**
 * A miss as the client gets it. 410 with `x-should-retry: false` is the one answer after which Claude
 * Code neither asks again nor hides the message (record-replay-and-conformance.md §7).
 */
export function missAnswer(
  miss: Miss,
  surface: "front" | "back",
  provider: BridgeSettings["provider"],
  outgoing: ServerResponse,
): void {
  const body = JSON.stringify(missEnvelope(miss.message, surface, provider));
  outgoing.writeHead(410, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "x-should-retry": "false",
    "x-replay-miss": miss.reason,
  });
  outgoing.end(body);
}

/** The miss in the words of the hop it happened on. */
export function missEnvelope(
  message: string,
  surface: "front" | "back",
  provider: BridgeSettings["provider"],
): object {
  if (surface === "front" || provider === "anthropic")
    return { type: "error", error: { type: "invalid_request_error", message }, request_id: "req_replay" };
  return provider === "ollama" ? { error: message } : { error: { message, type: "replay_miss", code: null } };
}

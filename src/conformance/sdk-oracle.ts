import { isDeepStrictEqual } from "node:util";
import type { Finding } from "../strict/finding.ts";
import type { Exchange } from "./exchange.ts";
import { excerpt, isRecord } from "./path.ts";

/**
 * SC17: the official SDK accumulates the very bytes of a good stream to the message that our own,
 * independent accumulator gets. Loaded only when a stream is there to be judged.
 */
export async function sdkFindings(exchange: Exchange): Promise<Finding[]> {
  const ours = exchange.answer?.message;
  try {
    const theirs = await accumulateWithSdk(exchange.response.body);
    if (isDeepStrictEqual(comparable(plain(theirs)), comparable(plain(ours)))) return [];
    return [sc17("the SDK adds the stream up to another message", JSON.stringify(theirs))];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [sc17(`the SDK does not accept the stream: ${reason}`, exchange.text)];
  }
}

async function accumulateWithSdk(body: Uint8Array): Promise<unknown> {
  const { default: Anthropic } = await import("@anthropic-ai/sdk");
  const headers = { "content-type": "text/event-stream" };
  const client = new Anthropic({
    apiKey: "unused",
    baseURL: "http://127.0.0.1:9",
    maxRetries: 0,
    fetch: () => Promise.resolve(new Response(body.slice(), { headers })),
  });
  const stream = client.messages.stream({
    model: "unused",
    max_tokens: 1,
    messages: [{ role: "user", content: "unused" }],
  });
  return stream.finalMessage();
}

/** As JSON: the SDK rounds what a double cannot hold. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** Null members are what the SDK adds or leaves as it likes; the rest must agree. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (!isRecord(value)) return value;
  const kept = Object.entries(value).filter(([key, item]) => item != null && key !== "parsed_output");
  return Object.fromEntries(kept.map(([key, item]) => [key, comparable(item)]));
}

function sc17(message: string, evidence: string): Finding {
  return { rule: "SC17", message, evidence: excerpt(evidence), severity: "error" };
}

import { isDeepStrictEqual } from "node:util";
import type { Finding } from "../strict/finding.ts";
import type { Exchange } from "./exchange.ts";
import { excerpt, isRecord } from "./path.ts";

type Json = Record<string, unknown>;

/** What the SDK adds of its own, and what its accumulator leaves to the beta API. */
const IGNORED: ReadonlySet<string> = new Set(["parsed_output", "context_management"]);

/**
 * SC17: the official SDK accumulates the very bytes of a good stream to the message that our own,
 * independent accumulator gets. Loaded only when a stream is there to be judged.
 */
export async function sdkFindings(exchange: Exchange): Promise<Finding[]> {
  const shape = exchange.text.replaceAll(IDS, "$1");
  if (agreed.has(shape)) return [];
  const findings = await compareWithSdk(exchange);
  if (agreed.size >= REMEMBERED) agreed.clear();
  if (findings.length === 0) agreed.add(shape);
  return findings;
}

/** Streams the SDK agreed on, without their ids: a sweep gives the same stream hundreds of times. */
const agreed = new Set<string>();
const REMEMBERED = 500;
const IDS = /\b(msg|toolu)_[A-Za-z0-9]+/g;

async function compareWithSdk(exchange: Exchange): Promise<Finding[]> {
  const ours = exchange.answer?.message;
  const cut = fragments(exchange.answer?.rawInputs ?? []);
  try {
    const theirs = await accumulateWithSdk(exchange.response.body);
    const place = difference(
      comparable(withoutInputs(plain(theirs), cut)),
      comparable(withoutInputs(plain(plain(ours)), cut)),
    );
    if (place === null) return [];
    return [sc17(`the SDK adds the stream up to another message: ${place} differs`, JSON.stringify(theirs))];
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

/** Dotted path of the first place where the two differ, or null. */
function difference(a: unknown, b: unknown, path = "message"): string | null {
  if (isDeepStrictEqual(a, b)) return null;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return path;
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const found = difference((a as Json)[key], (b as Json)[key], `${path}.${key}`);
    if (found !== null) return found;
  }
  return path;
}

/** As JSON. Ours goes through it twice: the numbers of the SDK are doubles, which JSON writes without -0 and infinity. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** Null members are what the SDK adds or leaves as it likes; the rest must agree. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (!isRecord(value)) return value;
  const kept = Object.entries(value).filter(([key, item]) => item != null && !IGNORED.has(key));
  return Object.fromEntries(kept.map(([key, item]) => [key, comparable(item)]));
}

/** Blocks whose input the length limit cut: what a client makes of a fragment is its own affair. */
function fragments(rawInputs: readonly string[]): ReadonlySet<number> {
  return new Set(rawInputs.flatMap((raw, index) => (raw === "" || isJson(raw) ? [] : [index])));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function withoutInputs(message: unknown, cut: ReadonlySet<number>): unknown {
  if (cut.size === 0 || !isRecord(message) || !Array.isArray(message["content"])) return message;
  const content = message["content"].map((block: unknown, index) =>
    cut.has(index) && isRecord(block) ? { ...block, input: null } : block,
  );
  return { ...message, content };
}

function sc17(message: string, evidence: string): Finding {
  return { rule: "SC17", message, evidence: excerpt(evidence), severity: "error" };
}

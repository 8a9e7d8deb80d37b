import { asCount, asObject, type JsonObject } from "../upstream/read.ts";
import { SseDecoder } from "../wire/sse.ts";
import type { Metrics } from "./metrics.ts";

/**
 * Reads the token counts out of a Messages answer that is passed through: `message_start` and
 * `message_delta` of a stream, `usage` of a JSON body. Anything else has none.
 */
export class RelayUsage {
  readonly #isStream: boolean;
  readonly #frames = new SseDecoder();
  readonly #text = new TextDecoder();
  #body = "";
  #usage: JsonObject = {};

  constructor(contentType: string | undefined) {
    this.#isStream = /^text\/event-stream\b/i.test(contentType ?? "");
  }

  push(bytes: Uint8Array): void {
    if (!this.#isStream) {
      this.#body += this.#text.decode(bytes, { stream: true });
      return;
    }
    for (const { event, data } of this.#frames.push(bytes)) {
      if (event === "message_start") this.#add(asObject(parsed(data)?.["message"])?.["usage"]);
      if (event === "message_delta") this.#add(parsed(data)?.["usage"]);
    }
  }

  /** At the end of the answer, however it ended. */
  count(metrics: Metrics): void {
    if (!this.#isStream) this.#add(parsed(this.#body)?.["usage"]);
    const tokens = (name: string): number => asCount(this.#usage[name]) ?? 0;
    const cached = tokens("cache_read_input_tokens");
    metrics.answers++;
    metrics.inputTokens += tokens("input_tokens") + tokens("cache_creation_input_tokens") + cached;
    metrics.cachedTokens += cached;
    metrics.outputTokens += tokens("output_tokens");
  }

  /** Later figures win; a later zero or null does not. */
  #add(usage: unknown): void {
    const given = Object.entries(asObject(usage) ?? {}).filter(([, value]) => Boolean(value));
    this.#usage = { ...this.#usage, ...Object.fromEntries(given) };
  }
}

function parsed(text: string): JsonObject | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

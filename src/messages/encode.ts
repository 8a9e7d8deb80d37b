import { stringifyJson } from "../wire/json.ts";
import { encodeSse } from "../wire/sse.ts";
import { Utf8Writer } from "../wire/utf8-writer.ts";
import type { MessageEvent } from "./types.ts";

/**
 * The event as one named server-sent event; its name is its `type`. A lone surrogate leaves as a
 * JSON escape, never as bytes that are not UTF-8.
 *
 * Source: https://docs.anthropic.com/en/api/messages-streaming
 */
export function encodeEvent(event: MessageEvent): string {
  return encodeSse(event.type, stringifyJson(event));
}

const DELTA = 'event: content_block_delta\ndata: {"type":"content_block_delta","index":';
const DELTA_END = Buffer.from("}}\n\n");

/** The deltas that almost every event is, up to the text that is new in each. */
type Piece = "text_delta" | "thinking_delta" | "input_json_delta";
const FIELDS: Record<Piece, string> = {
  text_delta: "text",
  thinking_delta: "thinking",
  input_json_delta: "partial_json",
};

/** Writes the events of one stream as bytes, the same that `encodeEvent` stands for, at a quarter of its cost. */
export class EventEncoder {
  readonly #out = new Utf8Writer();
  /** The head of the last delta, which is most often that of the next. */
  #head = { piece: "", index: -1, bytes: new Uint8Array() };

  /** Text of the stream that is no event, such as a comment. */
  text(text: string): void {
    this.#out.text(text);
  }

  event(event: MessageEvent): void {
    if (event.type !== "content_block_delta") return this.#out.text(encodeEvent(event));
    const { index, delta } = event;
    if (delta.type === "text_delta") this.#delta(index, delta.type, delta.text);
    else if (delta.type === "thinking_delta") this.#delta(index, delta.type, delta.thinking);
    else if (delta.type === "input_json_delta") this.#delta(index, delta.type, delta.partial_json);
    else this.#out.text(encodeEvent(event));
  }

  /** What was written since the last time. */
  take(): Uint8Array {
    return this.#out.take();
  }

  #delta(index: number, piece: Piece, text: string): void {
    if (this.#head.piece !== piece || this.#head.index !== index) {
      const head = `${DELTA}${index},"delta":{"type":"${piece}","${FIELDS[piece]}":`;
      this.#head = { piece, index, bytes: Buffer.from(head) };
    }
    this.#out.bytes(this.#head.bytes);
    this.#out.jsonString(text);
    this.#out.bytes(DELTA_END);
  }
}

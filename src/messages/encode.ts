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

/** What is the same in all deltas of one kind in one block. */
interface Frame {
  piece: Piece | null;
  index: number;
  /** Up to the text. */
  head: Uint8Array;
  /** From the text of one to that of the next. */
  between: Uint8Array;
}

/** Writes the events of one stream as bytes, the same that `encodeEvent` stands for, at a quarter of its cost. */
export class EventEncoder {
  readonly #out = new Utf8Writer();
  #frame: Frame = { piece: null, index: -1, head: new Uint8Array(), between: new Uint8Array() };
  /** The last delta still lacks its end, which is written with the head of the next. */
  #isOpen = false;

  /** Text of the stream that is no event, such as a comment. */
  text(text: string): void {
    this.#close();
    this.#out.text(text);
  }

  event(event: MessageEvent): void {
    if (event.type !== "content_block_delta") return this.text(encodeEvent(event));
    const { index, delta } = event;
    if (delta.type === "text_delta") this.#delta(index, delta.type, delta.text);
    else if (delta.type === "thinking_delta") this.#delta(index, delta.type, delta.thinking);
    else if (delta.type === "input_json_delta") this.#delta(index, delta.type, delta.partial_json);
    else this.text(encodeEvent(event));
  }

  /** What was written since the last time. */
  take(): Uint8Array {
    this.#close();
    return this.#out.take();
  }

  #delta(index: number, piece: Piece, text: string): void {
    if (this.#frame.piece !== piece || this.#frame.index !== index) {
      this.#close();
      this.#frame = frameOf(index, piece);
    }
    this.#out.bytes(this.#isOpen ? this.#frame.between : this.#frame.head);
    this.#out.jsonString(text);
    this.#isOpen = true;
  }

  #close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#out.bytes(DELTA_END);
  }
}

function frameOf(index: number, piece: Piece): Frame {
  const head = Buffer.from(`${DELTA}${index},"delta":{"type":"${piece}","${FIELDS[piece]}":`);
  return { piece, index, head, between: Buffer.concat([DELTA_END, head]) };
}

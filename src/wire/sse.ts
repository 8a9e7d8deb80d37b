import { LineDecoder } from "./lines.ts";

/** One server-sent event. `data` holds its `data:` lines joined by LF. */
export interface SseFrame {
  /** The `event:` name; null when there is none or it is empty. */
  event: string | null;
  data: string;
}

/**
 * Decoder of `text/event-stream`. Comments, `id`, `retry` and unknown fields are skipped; a frame
 * without any `data` line is not delivered.
 *
 * Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export class SseDecoder {
  readonly #lines = new LineDecoder();
  #event = "";
  #data: string[] = [];

  push(bytes: Uint8Array): SseFrame[] {
    return this.#read(this.#lines.push(bytes));
  }

  /** Unlike a browser, delivers a last frame that no blank line ended: servers do forget it. */
  end(): SseFrame[] {
    const frames = this.#read(this.#lines.end());
    this.#dispatch(frames);
    return frames;
  }

  #read(lines: string[]): SseFrame[] {
    const frames: SseFrame[] = [];
    for (const line of lines) {
      if (line === "") this.#dispatch(frames);
      else this.#field(line);
    }
    return frames;
  }

  #field(line: string): void {
    const colon = line.indexOf(":");
    const name = colon === -1 ? line : line.slice(0, colon);
    if (name === "data") this.#data.push(fieldValue(line, colon));
    else if (name === "event") this.#event = fieldValue(line, colon);
  }

  #dispatch(frames: SseFrame[]): void {
    if (this.#data.length > 0) {
      frames.push({ event: this.#event === "" ? null : this.#event, data: this.#data.join("\n") });
    }
    this.#event = "";
    this.#data = [];
  }
}

/** What follows the colon, less one leading space. */
function fieldValue(line: string, colon: number): string {
  if (colon === -1) return "";
  return line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
}

/** One named frame with its blank line. Line breaks in `data` become several `data:` lines. */
export function encodeSse(event: string, data: string): string {
  return `event: ${event}\n${prefixLines("data: ", data)}\n`;
}

/** A comment line, which every client skips; it still counts as activity of the stream. */
export function encodeComment(text: string): string {
  return `${prefixLines(": ", text)}\n`;
}

function prefixLines(prefix: string, text: string): string {
  if (!/[\r\n]/.test(text)) return `${prefix}${text}\n`;
  return text
    .split(/\r\n|\r|\n/)
    .map((line) => `${prefix}${line}\n`)
    .join("");
}

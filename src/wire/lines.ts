const LINE_END = /\r\n|\r|\n/;

/**
 * Bytes to lines, whatever the cuts: UTF-8 is decoded incrementally, a leading byte order mark is
 * dropped, and CRLF, CR and LF all end a line (also a CRLF cut in two). Malformed UTF-8 becomes
 * U+FFFD.
 *
 * Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export class LineDecoder {
  readonly #decoder = new TextDecoder();
  #partial = "";
  #afterCr = false;

  /** The lines completed by these bytes, without their ends. */
  push(bytes: Uint8Array): string[] {
    return this.#split(this.#decoder.decode(bytes, { stream: true }));
  }

  /** The last line, when it is not empty and nothing ended it. */
  end(): string[] {
    const lines = this.#split(this.#decoder.decode());
    if (this.#partial !== "") lines.push(this.#partial);
    this.#partial = "";
    return lines;
  }

  #split(decoded: string): string[] {
    if (decoded === "") return [];
    const text = this.#afterCr && decoded.startsWith("\n") ? decoded.slice(1) : decoded;
    this.#afterCr = decoded.endsWith("\r");
    const lines = text.includes("\r") ? text.split(LINE_END) : text.split("\n");
    lines[0] = this.#partial + (lines[0] ?? "");
    this.#partial = lines.pop() ?? "";
    return lines;
  }
}

import { Utf8Decoder } from "./utf8.ts";
import { WholeLines } from "./whole-lines.ts";

/**
 * Bytes to lines, whatever the cuts: UTF-8 is decoded incrementally, a leading byte order mark is
 * dropped, and CRLF, CR and LF all end a line (also a CRLF cut in two). Malformed UTF-8 becomes
 * U+FFFD.
 *
 * Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export class LineDecoder {
  readonly #decoder = new Utf8Decoder();
  readonly #whole = new WholeLines();
  #afterCr = false;

  /** The lines completed by these bytes, without their ends. */
  push(bytes: Uint8Array): string[] {
    return this.pushWhole(bytes).flatMap(split);
  }

  /** The same in texts of one or more lines, each with an LF for its end. */
  pushWhole(bytes: Uint8Array): string[] {
    return this.#whole.push(this.#unified(this.#decoder.push(bytes)));
  }

  /** The last line, when it is not empty and nothing ended it. */
  end(): string[] {
    const lines = this.#whole.push(this.#unified(this.#decoder.end())).flatMap(split);
    const rest = this.#whole.end();
    return rest === "" ? lines : [...lines, rest];
  }

  /** Every end of a line as LF. */
  #unified(decoded: string): string {
    if (decoded === "") return "";
    const text = this.#afterCr && decoded.startsWith("\n") ? decoded.slice(1) : decoded;
    this.#afterCr = decoded.endsWith("\r");
    return text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
  }
}

function split(whole: string): string[] {
  const lines = whole.split("\n");
  lines.pop();
  return lines;
}

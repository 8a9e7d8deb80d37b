import { Utf8Decoder } from "./utf8.ts";
import { WholeLines } from "./whole-lines.ts";

/**
 * Decoder of newline-delimited JSON: only LF ends a line, since a CR may stand between the tokens
 * of one. Blank lines are skipped, a leading byte order mark is dropped.
 */
export class NdjsonDecoder {
  readonly #decoder = new Utf8Decoder();
  readonly #whole = new WholeLines();

  /** The lines completed by these bytes, trimmed. */
  push(bytes: Uint8Array): string[] {
    return this.pushWhole(bytes).flatMap(nonBlank);
  }

  /** The same in texts of one or more lines, as they came: blank lines, blanks and the LF of each are in it. */
  pushWhole(bytes: Uint8Array): string[] {
    return this.#whole.push(this.#decoder.push(bytes));
  }

  /** The last line, when nothing ended it. */
  end(): string[] {
    return [...this.#whole.push(this.#decoder.end()), this.#whole.end()].flatMap(nonBlank);
  }
}

function nonBlank(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/**
 * Decoder of newline-delimited JSON: only LF ends a line, since a CR may stand between the tokens
 * of one. Blank lines are skipped, a leading byte order mark is dropped.
 */
export class NdjsonDecoder {
  readonly #decoder = new TextDecoder();
  #partial = "";

  /** The lines completed by these bytes, trimmed. */
  push(bytes: Uint8Array): string[] {
    const lines = this.#decoder.decode(bytes, { stream: true }).split("\n");
    lines[0] = this.#partial + (lines[0] ?? "");
    this.#partial = lines.pop() ?? "";
    return nonBlank(lines);
  }

  /** The last line, when nothing ended it. */
  end(): string[] {
    const last = this.#partial + this.#decoder.decode();
    this.#partial = "";
    return nonBlank(last.split("\n"));
  }
}

function nonBlank(lines: string[]): string[] {
  return lines.map((line) => line.trim()).filter((line) => line !== "");
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Bytes a UTF-16 unit can become. */
const BYTES_PER_UNIT = 3;
const FIRST_SIZE = 1024;

/** Collects text as UTF-8: many small pieces cost no strings in between. */
export class Utf8Writer {
  #buffer = Buffer.allocUnsafe(FIRST_SIZE);
  #length = 0;

  /** UTF-8 that is there already. */
  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  text(text: string): void {
    this.#reserve(text.length * BYTES_PER_UNIT);
    this.#length += this.#buffer.write(text, this.#length);
  }

  /** The text as a JSON string, quotes included, as `JSON.stringify` writes it. */
  jsonString(text: string): void {
    this.#reserve(text.length + 2);
    const buffer = this.#buffer;
    let at = this.#length;
    buffer[at++] = QUOTE;
    for (let n = 0; n < text.length; n++) {
      const unit = text.charCodeAt(n);
      if (unit < 0x20 || unit > 0x7e || unit === QUOTE || unit === BACKSLASH) {
        return this.text(JSON.stringify(text));
      }
      buffer[at++] = unit;
    }
    buffer[at++] = QUOTE;
    this.#length = at;
  }

  /** The bytes so far, which are the caller's; the writer is empty again, and has room for about as many. */
  take(): Uint8Array {
    const written = this.#buffer.subarray(0, this.#length);
    const size = Math.max(FIRST_SIZE, this.#length, Math.floor(this.#buffer.length / 2));
    this.#buffer = Buffer.allocUnsafe(size);
    this.#length = 0;
    return written;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#buffer.length));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }
}

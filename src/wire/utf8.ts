/**
 * UTF-8 to text, whatever the cuts. A leading byte order mark is dropped; malformed bytes become U+FFFD.
 *
 * `TextDecoder` can wait for the rest of a character, but reads six times slower for it. Where nothing is
 * waited for, since the bytes so far and these end in ASCII, a plain conversion gives the same text.
 *
 * Source: https://encoding.spec.whatwg.org/#utf-8-decoder
 */
export class Utf8Decoder {
  readonly #decoder = new TextDecoder();
  /** Something was read, and it ended in ASCII: no character is open, and a mark would be text. */
  #settled = false;

  push(bytes: Uint8Array): string {
    const last = bytes.at(-1);
    if (last === undefined) return "";
    const wasSettled = this.#settled;
    this.#settled = last < 0x80;
    return wasSettled && this.#settled
      ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8")
      : this.#decoder.decode(bytes, { stream: true });
  }

  /** What the last bytes leave open. The decoder can be used again. */
  end(): string {
    this.#settled = false;
    return this.#decoder.decode();
  }
}

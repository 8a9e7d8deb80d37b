/** More than the longest event that ends a stream. */
const KEPT = 512;

/** The last bytes of an answer that is passed through, to tell whether it ended as it should. */
export class StreamTail {
  readonly #isStream: boolean;
  #tail = "";

  constructor(contentType: string | undefined) {
    this.#isStream = /^text\/event-stream\b/i.test(contentType ?? "");
  }

  push(bytes: Uint8Array): void {
    if (!this.#isStream) return;
    const last = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).subarray(-KEPT);
    this.#tail = (this.#tail + last.toString("latin1")).slice(-KEPT);
  }

  /** False until the first bytes of an event stream. */
  get hasBegun(): boolean {
    return !this.#isStream || this.#tail !== "";
  }

  /** Not an event stream, or one whose last events are `message_stop` or `error`. */
  get isWell(): boolean {
    return !this.#isStream || /^(?:event: ?|data: ?\{"type": ?")(?:message_stop|error)\b/m.test(this.#tail);
  }

  /** An event stream of which every event so far is whole. */
  get isBetweenEvents(): boolean {
    return this.#isStream && /(?:^|\n\n|\r\n\r\n|\r\r)$/.test(this.#tail);
  }
}

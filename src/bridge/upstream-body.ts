/** The upstream's answer was cut, or the bridge gave it up. `code` is a system or undici code. */
export class UpstreamBroken extends Error {
  override readonly name = "UpstreamBroken" as const;
  readonly code: string;
  /** True when the upstream took too long rather than broke. */
  readonly timedOut: boolean;

  constructor(code: string, options: { timedOut?: boolean; cause?: unknown } = {}) {
    super(`the model server's answer broke off (${code})`, { cause: options.cause });
    this.code = code;
    this.timedOut = options.timedOut ?? false;
  }
}

/** The part of undici's dispatch controller that a body needs. */
export interface BodyControl {
  pause(): void;
  resume(): void;
  abort(reason: Error): void;
}

/** Bytes that may wait for a slow client before the upstream is held back. */
const HIGH_WATER = 64 * 1024;

/**
 * The body of one upstream answer, pulled read by read. While nobody pulls, the upstream is held
 * back, so a slow client slows the model server and not this process's memory.
 */
export class UpstreamBody {
  readonly #control: BodyControl;
  #chunks: Uint8Array[] = [];
  #waiting = 0;
  #paused = false;
  #ended = false;
  #discarding = false;
  #late: NodeJS.Timeout | undefined;
  #failure: Error | null = null;
  #wake: (() => void) | null = null;

  constructor(control: BodyControl) {
    this.#control = control;
  }

  /** What arrived since the last pull, or null at the clean end. Rejects with UpstreamBroken. */
  async next(): Promise<Uint8Array | null> {
    while (this.#chunks.length === 0) {
      if (this.#failure !== null) throw this.#failure;
      if (this.#ended) return null;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    const [first] = this.#chunks;
    const bytes = this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#waiting = 0;
    this.#resume();
    return bytes;
  }

  /** Ends the exchange with the upstream; a pending `next` rejects with the reason. */
  abort(reason: Error): void {
    if (this.#ended || this.#failure !== null) return;
    this.fail(reason);
    this.#control.abort(reason);
  }

  /** Ends the exchange with the upstream unless it is over, or ends by itself. */
  release(): void {
    if (this.#ended || this.#discarding || this.#failure !== null) return;
    this.abort(new UpstreamBroken("NOT_NEEDED"));
  }

  /** Lets a good answer end by itself, so that its connection can be used again; not for long. */
  finish(withinMs: number): void {
    this.#discarding = true;
    this.#chunks = [];
    this.#resume();
    if (this.#ended || this.#failure !== null) return;
    this.#late = setTimeout(() => this.abort(new UpstreamBroken("UNFINISHED")), withinMs);
    this.#late.unref();
  }

  push(chunk: Uint8Array): void {
    if (this.#failure !== null || this.#discarding) return;
    this.#chunks.push(chunk);
    this.#waiting += chunk.byteLength;
    if (this.#waiting > HIGH_WATER && !this.#paused) {
      this.#paused = true;
      this.#control.pause();
    }
    this.#signal();
  }

  end(): void {
    this.#ended = true;
    this.#signal();
  }

  fail(reason: Error): void {
    this.#failure ??= reason;
    this.#signal();
  }

  #resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#control.resume();
  }

  #signal(): void {
    if (this.#ended || this.#failure !== null) clearTimeout(this.#late);
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }
}

import type { UpstreamBody } from "./upstream-body.ts";
import { UpstreamBroken } from "./upstream-body.ts";

/**
 * Gives up a body on which one read takes too long. Time the client takes between two reads does
 * not count. One timer for the whole answer, refreshed per read.
 */
export class ReadDeadline {
  readonly #body: UpstreamBody;
  #timer: NodeJS.Timeout;
  #limitMs: number;
  #reading = false;

  constructor(body: UpstreamBody, limitMs: number) {
    this.#body = body;
    this.#limitMs = limitMs;
    this.#timer = setTimeout(() => this.#expire(), limitMs);
  }

  /** Sets the limit of the reads to come. */
  limit(limitMs: number): void {
    if (limitMs === this.#limitMs) return;
    clearTimeout(this.#timer);
    this.#limitMs = limitMs;
    this.#timer = setTimeout(() => this.#expire(), limitMs);
  }

  async read(): Promise<Uint8Array | null> {
    this.#reading = true;
    this.#timer.refresh();
    try {
      return await this.#body.next();
    } finally {
      this.#reading = false;
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #expire(): void {
    if (this.#reading) this.#body.abort(new UpstreamBroken("IDLE", { timedOut: true }));
    else this.#timer.refresh();
  }
}

/** Calls back after a time without `touch`, again and again until stopped. */
export class Heartbeat {
  readonly #timer: NodeJS.Timeout;

  constructor(everyMs: number, beat: () => void) {
    this.#timer = setInterval(beat, everyMs);
  }

  touch(): void {
    this.#timer.refresh();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

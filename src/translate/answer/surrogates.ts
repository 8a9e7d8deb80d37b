const HIGH_AT_END = /[\ud800-\udbff]$/;

/**
 * Joins a surrogate pair that a server split over two chunks, and turns lone halves into U+FFFD, so
 * that what goes out is always valid UTF-8.
 */
export class SurrogateJoiner {
  #held = "";

  push(text: string): string {
    const joined = this.#held + text;
    this.#held = HIGH_AT_END.test(joined) ? joined.slice(-1) : "";
    return joined.slice(0, joined.length - this.#held.length).toWellFormed();
  }

  end(): string {
    const rest = this.#held.toWellFormed();
    this.#held = "";
    return rest;
  }
}

import { isShortAscii } from "../ascii.ts";

/**
 * Joins a surrogate pair that a server split over two chunks, and turns lone halves into U+FFFD, so
 * that what goes out is always valid UTF-8.
 */
export class SurrogateJoiner {
  #held = "";

  push(text: string): string {
    if (this.#held === "" && isShortAscii(text)) return text;
    const joined = this.#held + text;
    const last = joined.charCodeAt(joined.length - 1);
    this.#held = last >= 0xd800 && last <= 0xdbff ? joined.slice(-1) : "";
    return (this.#held === "" ? joined : joined.slice(0, -1)).toWellFormed();
  }

  end(): string {
    const rest = this.#held.toWellFormed();
    this.#held = "";
    return rest;
  }
}

/**
 * Finds the client's stop sequences in the visible text. Upstreams cut the text without saying
 * which sequence they met, so they are never told: the bridge matches, and reports the match.
 * The sequence that is complete first wins; of two that end together the longer.
 */
export class StopMatcher {
  readonly #sequences: readonly string[];
  /** There is nothing to look for: any text is safe. */
  readonly isIdle: boolean;
  #held = "";

  constructor(sequences: readonly string[]) {
    this.#sequences = sequences.filter((sequence) => sequence !== "");
    this.isIdle = this.#sequences.length === 0;
  }

  /** The text that is safe to pass on, and the sequence that ended it. */
  push(text: string): { text: string; matched: string | null } {
    const buffer = this.#held + text;
    const match = this.#firstMatch(buffer);
    if (match !== undefined) {
      this.#held = "";
      return { text: buffer.slice(0, match.start), matched: match.sequence };
    }
    const keep = buffer.length - this.#heldLength(buffer);
    this.#held = buffer.slice(keep);
    return { text: buffer.slice(0, keep), matched: null };
  }

  /** What was held back and turned out to be ordinary text. */
  end(): string {
    const rest = this.#held;
    this.#held = "";
    return rest;
  }

  #firstMatch(buffer: string): { start: number; sequence: string } | undefined {
    let best: { start: number; end: number; sequence: string } | undefined;
    for (const sequence of this.#sequences) {
      const start = buffer.indexOf(sequence);
      if (start === -1) continue;
      const end = start + sequence.length;
      if (best === undefined || end < best.end || (end === best.end && start < best.start)) {
        best = { start, end, sequence };
      }
    }
    return best;
  }

  /** The length of the longest end of the text with which some sequence begins. */
  #heldLength(buffer: string): number {
    let longest = 0;
    for (const sequence of this.#sequences) {
      for (let length = Math.min(sequence.length - 1, buffer.length); length > longest; length--) {
        if (buffer.endsWith(sequence.slice(0, length))) longest = length;
      }
    }
    return longest;
  }
}

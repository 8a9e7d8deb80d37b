/** Keeps back what no LF has ended yet, so that what comes out is whole lines, each with its LF. */
export class WholeLines {
  #partial = "";

  /** The lines that this text completes: the one that was begun before it, and the others as one text. */
  push(text: string): string[] {
    const end = text.lastIndexOf("\n") + 1;
    if (end === 0) {
      this.#partial += text;
      return [];
    }
    const begun = this.#partial;
    this.#partial = text.slice(end);
    if (begun === "") return [text.slice(0, end)];
    const first = text.indexOf("\n") + 1;
    return first === end
      ? [begun + text.slice(0, end)]
      : [begun + text.slice(0, first), text.slice(first, end)];
  }

  /** The last line when nothing ended it. */
  end(): string {
    const rest = this.#partial;
    this.#partial = "";
    return rest;
  }
}

/** Keeps back what no LF has ended yet, so that what comes out is whole lines, as one text. */
export class WholeLines {
  #partial = "";

  /** The lines that this text completes, each with its LF; empty when it completes none. */
  push(text: string): string {
    const end = text.lastIndexOf("\n") + 1;
    if (end === 0) {
      this.#partial += text;
      return "";
    }
    const whole = this.#partial + (end === text.length ? text : text.slice(0, end));
    this.#partial = end === text.length ? "" : text.slice(end);
    return whole;
  }

  /** The last line when nothing ended it. */
  end(): string {
    const rest = this.#partial;
    this.#partial = "";
    return rest;
  }
}

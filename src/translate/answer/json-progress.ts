type Expect = "value" | "value-or-end" | "key" | "key-or-end" | "colon" | "comma-or-end" | "nothing";

/** Characters. Keeps the check of an atom, which looks at all of it for each character, cheap. */
const LONGEST_ATOM = 1000;
const BLANKS = /[ \t\r\n]*/y;
/** Neither the end of a string, nor an escape, nor one of the control characters JSON forbids in it. */
const PLAIN_STRING = /[^"\\\p{Cc}]*/uy;
const ATOM = /[^\s,\]}[{":]*/y;
const COMPLETE_ATOM = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;
const ATOM_PREFIX =
  /^(?:t(?:r(?:ue?)?)?|f(?:a(?:l(?:se?)?)?)?|n(?:u(?:ll?)?)?|-|-?(?:0|[1-9]\d*)(?:\.\d*)?|-?(?:0|[1-9]\d*)(?:\.\d+)?[eE][+-]?\d*)$/;
const ESCAPE_PREFIX = /^\\(?:["\\/bfnrt]|u[0-9a-fA-F]{0,4})?$/;
const ESCAPE = /^\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})$/;

/**
 * Follows the text of one JSON object as it arrives, in time linear in its length, and says how much
 * of it is the valid beginning of one. So arguments can be passed on while they come in, and the
 * first character that makes them invalid is never passed on.
 */
export class JsonProgress {
  readonly #stack: ("{" | "[")[] = [];
  #expect: Expect = "value";
  /** Inside a string: "key" or "value"; an atom being read is kept apart. */
  #string: "key" | "value" | null = null;
  #escape = "";
  #atom = "";
  /** The object is closed. */
  complete = false;
  /** A character came that no JSON object can have there. */
  broken = false;

  /** Reads on; answers how many characters of this text still belong to a valid object. */
  push(text: string): number {
    let at = 0;
    while (at < text.length && !this.broken) at = this.#step(text, at);
    return at;
  }

  #step(text: string, at: number): number {
    if (this.#string !== null) return this.#inString(text, at);
    if (this.#atom !== "") return this.#inAtom(text, at);
    const start = matchAt(BLANKS, text, at);
    if (start > at) return start;
    return this.#token(text, at);
  }

  #token(text: string, at: number): number {
    const char = text[at] ?? "";
    if (char === '"') return this.#openString(at);
    if (char === "{" || char === "[") return this.#open(char, at);
    if (char === "}" || char === "]") return this.#close(char, at);
    if (char === ":" && this.#expect === "colon") return this.#then("value", at + 1);
    if (char === "," && this.#expect === "comma-or-end") {
      return this.#then(this.#stack.at(-1) === "{" ? "key" : "value", at + 1);
    }
    const wantsValue = this.#expect === "value" || this.#expect === "value-or-end";
    if (!wantsValue || this.#stack.length === 0) return this.#fail(at);
    return this.#inAtom(text, at);
  }

  #openString(at: number): number {
    if (this.#stack.length === 0) return this.#fail(at);
    if (this.#expect === "key" || this.#expect === "key-or-end") this.#string = "key";
    else if (this.#expect === "value" || this.#expect === "value-or-end") this.#string = "value";
    else return this.#fail(at);
    return at + 1;
  }

  #inString(text: string, at: number): number {
    if (this.#escape !== "") return this.#inEscape(text, at);
    const end = matchAt(PLAIN_STRING, text, at);
    if (end === text.length) return end;
    if (text[end] === "\\") {
      this.#escape = "\\";
      return end + 1;
    }
    if (text[end] !== '"') return this.#fail(end);
    this.#expect = this.#string === "key" ? "colon" : "comma-or-end";
    this.#string = null;
    return end + 1;
  }

  #inEscape(text: string, at: number): number {
    this.#escape += text[at] ?? "";
    if (!ESCAPE_PREFIX.test(this.#escape)) return this.#fail(at);
    if (ESCAPE.test(this.#escape)) this.#escape = "";
    return at + 1;
  }

  /** A number or a word; what follows it decides whether it was whole. */
  #inAtom(text: string, at: number): number {
    const end = matchAt(ATOM, text, at);
    if (end === at) {
      if (!COMPLETE_ATOM.test(this.#atom)) return this.#fail(at);
      this.#atom = "";
      return this.#then("comma-or-end", at);
    }
    for (let to = at + 1; to <= end; to++) {
      const atom = this.#atom + text[to - 1];
      if (atom.length > LONGEST_ATOM) return this.#fail(to - 1);
      if (!COMPLETE_ATOM.test(atom) && !ATOM_PREFIX.test(atom)) return this.#fail(to - 1);
      this.#atom = atom;
    }
    return end;
  }

  #open(char: "{" | "[", at: number): number {
    const wantsValue = this.#expect === "value" || this.#expect === "value-or-end";
    if (!wantsValue || (this.#stack.length === 0 && char === "[")) return this.#fail(at);
    this.#stack.push(char);
    return this.#then(char === "{" ? "key-or-end" : "value-or-end", at + 1);
  }

  #close(char: "}" | "]", at: number): number {
    const opener = char === "}" ? "{" : "[";
    const allowed =
      this.#expect === "comma-or-end" || this.#expect === (char === "}" ? "key-or-end" : "value-or-end");
    if (!allowed || this.#stack.at(-1) !== opener) return this.#fail(at);
    this.#stack.pop();
    this.complete = this.#stack.length === 0;
    return this.#then(this.complete ? "nothing" : "comma-or-end", at + 1);
  }

  #then(expect: Expect, at: number): number {
    this.#expect = expect;
    return at;
  }

  /** Keeps the valid part that stands before the fault. */
  #fail(at: number): number {
    this.broken = true;
    return at;
  }
}

function matchAt(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  pattern.test(text);
  return pattern.lastIndex;
}

const OPEN = "<think>";
const CLOSE = "</think>";
const CLOSED = /<\/think>/i;
/** The end of a text that may be the beginning of the closing tag. */
const CLOSING = /<(?:\/(?:t(?:h(?:i(?:n(?:k)?)?)?)?)?)?$/i;

export interface TaggedPiece {
  kind: "text" | "reasoning";
  text: string;
}

/**
 * Splits `<think>…</think>` off content, but only at the very start of an answer: anywhere later it
 * is text about tags. Blanks around the reasoning's start and after its end are dropped, as Ollama's
 * own parser does. Reasoning that is never closed is all reasoning. A closing tag at the very start
 * ends reasoning that the chat template opened and the model left empty.
 */
export class ThinkTags {
  #state: "start" | "opened" | "thinking" | "closed" | "text";
  #held = "";

  constructor(enabled: boolean) {
    this.#state = enabled ? "start" : "text";
  }

  /** Something else came first: tags from here on are text. */
  disarm(): TaggedPiece[] {
    if (this.#state !== "start") return [];
    this.#state = "text";
    return this.#release("text");
  }

  /** Whatever comes is text. */
  get isOver(): boolean {
    return this.#state === "text";
  }

  push(text: string): TaggedPiece[] {
    if (this.#state === "text") return piece("text", text);
    this.#held += text;
    return this.#read();
  }

  end(): TaggedPiece[] {
    const kind = this.#state === "thinking" || this.#state === "opened" ? "reasoning" : "text";
    return this.#release(kind);
  }

  #read(): TaggedPiece[] {
    if (this.#state === "start") return this.#readStart();
    if (this.#state === "opened") return this.#skipBlanks("thinking");
    if (this.#state === "thinking") return this.#readThinking();
    if (this.#state === "closed") return this.#skipBlanks("text");
    return this.#release("text");
  }

  #readStart(): TaggedPiece[] {
    const begun = this.#held.trimStart().toLowerCase();
    if (begun.startsWith(OPEN)) {
      this.#held = this.#held.trimStart().slice(OPEN.length);
      this.#state = "opened";
      return this.#read();
    }
    if (begun.startsWith(CLOSE)) {
      this.#held = this.#held.trimStart().slice(CLOSE.length);
      this.#state = "closed";
      return this.#read();
    }
    if (OPEN.startsWith(begun) || CLOSE.startsWith(begun)) return [];
    this.#state = "text";
    return this.#release("text");
  }

  #skipBlanks(next: "thinking" | "text"): TaggedPiece[] {
    this.#held = this.#held.trimStart();
    if (this.#held === "") return [];
    this.#state = next;
    return this.#read();
  }

  #readThinking(): TaggedPiece[] {
    const close = CLOSED.exec(this.#held);
    if (close === null) {
      const keep = CLOSING.exec(this.#held)?.index ?? this.#held.length;
      const ready = this.#held.slice(0, keep);
      this.#held = this.#held.slice(keep);
      return piece("reasoning", ready);
    }
    const reasoning = piece("reasoning", this.#held.slice(0, close.index));
    this.#held = this.#held.slice(close.index + close[0].length);
    this.#state = "closed";
    return [...reasoning, ...this.#read()];
  }

  #release(kind: TaggedPiece["kind"]): TaggedPiece[] {
    const rest = this.#held;
    this.#held = "";
    return piece(kind, rest);
  }
}

function piece(kind: TaggedPiece["kind"], text: string): TaggedPiece[] {
  return text === "" ? [] : [{ kind, text }];
}

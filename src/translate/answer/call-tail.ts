/** One of these texts comes next, or any number of blanks. */
type Step = readonly string[] | "blanks";

/** Texts at the start of a line that belong to a template and not to prose. */
const MARKERS = ["<tool_call>", "[TOOL_CALLS]", "<function=", "<|python_tag|>"] as const;
/** What may be the beginning of a call only when the answer begins with it. */
const OPENERS = ["```", "{"] as const;
/** Longest text held back, in characters: a call longer than this stays text. */
const MAX_HELD = 1024 * 1024;

/**
 * Holds back the end of an answer from the point where it may be a call written as text, so that it
 * can become one. Everything else passes at once: prose is held for a moment at most, when a line
 * begins like a marker. A marker counts only before the name of a declared tool.
 */
export class CallTail {
  readonly #patterns: readonly (readonly Step[])[];
  #held = "";
  /** Where the held text stands. */
  #place: "start" | "line" | "inside" = "start";
  #state: "watching" | "certain" | "off";

  /** `names`: the declared tools as the upstream knows them; none turns it off. */
  constructor(names: readonly string[]) {
    this.#patterns = patternsOf(names);
    this.#state = names.length === 0 ? "off" : "watching";
  }

  /** The part of the text so far that can go out now. */
  push(text: string): string {
    if (this.#state === "off") return text;
    if (this.#place === "inside" && this.#held === "" && !text.includes("\n")) return text;
    this.#held += text;
    if (this.#state === "certain") return this.#held.length > MAX_HELD ? this.release() : "";
    return this.#watch();
  }

  /** What is held, if it began like a call. It stays held. */
  get candidate(): string {
    return this.#state === "certain" ? this.#held : "";
  }

  get isEmpty(): boolean {
    return this.#held === "";
  }

  /** Something other than text came in between: what was held is text, and nothing after it is at the end. */
  interrupt(): string {
    return this.#held === "" ? "" : this.release();
  }

  /** Gives up what is held, and watches no more. */
  release(): string {
    const rest = this.#held;
    this.#held = "";
    this.#state = "off";
    return rest;
  }

  #watch(): string {
    let out = "";
    for (;;) {
      const at = this.#nextPlace();
      out += this.#held.slice(0, at);
      this.#held = this.#held.slice(at);
      const fit = this.#fit();
      if (fit === "full") this.#state = "certain";
      if (fit !== "no") return out;
      this.#place = "inside";
      if (this.#held === "") return out;
    }
  }

  /** Where the held text next could begin a call; its end when nowhere. Leaves `#place` for that point. */
  #nextPlace(): number {
    if (this.#place !== "inside") {
      const blanks = /^\s*/.exec(this.#held)?.[0].length ?? 0;
      return blanks;
    }
    const line = this.#held.indexOf("\n");
    if (line === -1) return this.#held.length;
    this.#place = "line";
    return line + 1;
  }

  #fit(): "no" | "partial" | "full" {
    if (this.#place === "inside") return "no";
    if (this.#held === "") return "partial";
    const begins = (texts: readonly string[]): boolean =>
      texts.some((text) => this.#held.startsWith(text) || text.startsWith(this.#held));
    if (!begins(MARKERS) && !(this.#place === "start" && begins(OPENERS))) return "no";
    const fits = new Set(this.#patterns.map((pattern) => fit(this.#held, pattern)));
    return fits.has("full") ? "full" : fits.has("partial") ? "partial" : "no";
  }
}

function patternsOf(names: readonly string[]): Step[][] {
  const name = (end: string): string[] => names.map((each) => `${each}${end}`);
  const json: Step[] = [
    ["{"],
    "blanks",
    ['"name"'],
    "blanks",
    [":"],
    "blanks",
    name('"').map((each) => `"${each}`),
  ];
  const tagged: Step[] = [["<function="], name(">")];
  return [
    [["<tool_call>"], "blanks", ...json],
    [["<tool_call>"], "blanks", ...tagged],
    tagged,
    [["[TOOL_CALLS]"], "blanks", ...json],
    [["[TOOL_CALLS]"], "blanks", ["["], "blanks", ...json],
    [["[TOOL_CALLS]"], "blanks", name("[ARGS]")],
    [["<|python_tag|>"], "blanks", ...json],
    [["```json", "```tool_call", "```"], "blanks", ...json],
    json,
  ];
}

function fit(text: string, steps: readonly Step[]): "no" | "partial" | "full" {
  let rest = text;
  for (const step of steps) {
    if (step === "blanks") {
      rest = rest.trimStart();
      continue;
    }
    if (step.some((each) => each.length > rest.length && each.startsWith(rest))) return "partial";
    const whole = step.find((each) => rest.startsWith(each));
    if (whole === undefined) return "no";
    rest = rest.slice(whole.length);
  }
  return "full";
}

import type { UpstreamDelta } from "./delta.ts";

/** The full reader of a line: what a template must agree with. */
export type LineReader = (line: string) => UpstreamDelta[];

/** What stands around a line in the text of a stream. */
export interface Framing {
  before: string;
  after: string;
  /** What precedes the string that differs in every line and says nothing, e.g. `"created_at":"`. */
  free?: string;
}

/** Reads one line, whole with its frame, and says what it means. */
interface Template {
  /** Sticky. */
  pattern: RegExp;
  /** Characters after the text. */
  tail: number;
  make: (text: string) => UpstreamDelta;
}

/** A line's only text, which may be what changes from line to line. */
interface Slot {
  text: string;
  make: (text: string) => UpstreamDelta;
}

const MARKS = ["x", "y\\n"] as const;
/** After so many models in a row that no line was like, the server's lines are too different to try. */
const PATIENCE = 8;
/** The inside of a JSON string, nearly: what is no escape is refused later. Longer texts are not worth the stack. */
const TEXT = String.raw`(?:[^"\\\x00-\x1f]|\\.){1,2000}`;
/** Nothing in it would stand otherwise in a JSON string. */
const PLAIN = String.raw`[^"\\\x00-\x1f]*`;

/**
 * Reads lines that differ from an earlier one only in their text, as almost all of an answer do, without
 * parsing them or even cutting them out. Learnt from a line that was fully read, and proved by reading it
 * again with other texts in the place: any JSON string there gives the same delta with that text.
 * Everything else is left to the full reader.
 */
export class LineTemplate {
  readonly #read: LineReader;
  readonly #framing: Framing;
  #template: Template | null = null;
  /** One line that could be a model went by: the next one is taken. */
  #isReady = false;
  #failures = 0;
  /** Offset after the line that was matched last, with its frame. */
  end = 0;

  constructor(read: LineReader, framing: Framing) {
    this.#read = read;
    this.#framing = framing;
  }

  /** The delta of the framed line at this offset of a text; null when the full reader must look. */
  match(text: string, at: number): UpstreamDelta | null {
    const template = this.#template;
    if (template === null) return null;
    const { pattern, tail } = template;
    pattern.lastIndex = at;
    if (!pattern.test(text)) return null;
    const value = stringBefore(text, pattern.lastIndex - tail);
    if (value === null) return null;
    this.#failures = 0;
    this.end = pattern.lastIndex;
    return template.make(value);
  }

  /**
   * Takes a line and what the full reader made of it as the model for the next ones. It is proved with
   * every second line only: the first piece of an answer does not wait for that.
   */
  learn(line: string, deltas: readonly UpstreamDelta[]): void {
    if (this.#failures >= PATIENCE) return;
    const [delta, more] = deltas;
    const slot = delta === undefined || more !== undefined ? undefined : slotOf(delta);
    if (slot === undefined || this.#isKnown(line)) return;
    this.#isReady = !this.#isReady;
    if (this.#isReady) return;
    this.#failures++;
    this.#template = proven(line, slot, this.#read, this.#framing);
  }

  /** Such a line is read by now: this one was only cut or framed otherwise. */
  #isKnown(line: string): boolean {
    return this.match(this.#framing.before + line + this.#framing.after, 0) !== null;
  }
}

function slotOf(delta: UpstreamDelta): Slot | undefined {
  if (delta.kind === "text") return { text: delta.text, make: (text) => ({ kind: "text", text }) };
  if (delta.kind === "reasoning") return { text: delta.text, make: (text) => ({ kind: "reasoning", text }) };
  if (delta.kind !== "call" || delta.arguments === undefined || delta.whole === true) return undefined;
  return { text: delta.arguments, make: (text) => ({ ...delta, arguments: text }) };
}

function proven(line: string, slot: Slot, read: LineReader, framing: Framing): Template | null {
  const literal = JSON.stringify(slot.text);
  const at = line.lastIndexOf(literal);
  if (at === -1) return null;
  const [head, middle] = splitFree(line.slice(0, at + 1), framing.free);
  const tail = line.slice(at + literal.length - 1);
  const isProven = MARKS.every((mark) => {
    const expected = [slot.make(JSON.parse(`"${mark}"`) as string)];
    const other = head === null ? middle : `${head}z${middle}`;
    return JSON.stringify(read(`${other}${mark}${tail}`)) === JSON.stringify(expected);
  });
  if (!isProven) return null;
  const start = head === null ? exactly(framing.before) : exactly(framing.before + head) + PLAIN;
  const source = start + exactly(middle) + TEXT + exactly(tail + framing.after);
  return { pattern: new RegExp(source, "y"), tail: tail.length + framing.after.length, make: slot.make };
}

/** What stands before the text, cut where the free string is; null when there is none. */
function splitFree(before: string, free: string | undefined): [head: string | null, middle: string] {
  const at = free === undefined ? -1 : before.indexOf(free);
  if (free === undefined || at === -1) return [null, before];
  const start = at + free.length;
  const end = before.indexOf('"', start);
  return end === -1 ? [null, before] : [before.slice(0, start), before.slice(end)];
}

/** The source of a pattern for this text and no other. */
function exactly(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * The JSON string whose inside ends here, from the last quote that is not escaped: by its pattern, the inside
 * has no other. Null when it is none after all. (A group of the pattern would cost an array for each line.)
 */
function stringBefore(text: string, end: number): string | null {
  let isPlain = true;
  let start = end;
  for (; ; start--) {
    const unit = text.charCodeAt(start - 1);
    if (unit === BACKSLASH) isPlain = false;
    else if (unit === QUOTE && text.charCodeAt(start - 2) !== BACKSLASH) break;
  }
  const inside = text.slice(start, end);
  return isPlain ? inside : unescaped(inside);
}

/** Null when this is not the inside of one JSON string. */
function unescaped(text: string): string | null {
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return null;
  }
}

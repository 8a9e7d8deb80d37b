import type { UpstreamDelta } from "./delta.ts";

/** The full reader of a line: what a template must agree with. */
export type LineReader = (line: string) => UpstreamDelta[];

/** A line whose only delta has one text that changes from line to line. */
interface Template {
  /** Up to the free string (`created_at`), empty when there is none. */
  head: string;
  /** From there to the text. */
  middle: string;
  /** After the text. */
  tail: string;
  make: (text: string) => UpstreamDelta;
}

const MARKS = ["x", "y\\n"] as const;
/** After so many templates in a row that no line matched, the server's lines are too different to try. */
const PATIENCE = 8;

/**
 * Reads lines that differ from an earlier one only in their text, as almost all of an answer do, without
 * parsing them. Learnt from a line that was fully read, and proved by reading it again with other
 * texts in the place: any JSON string there gives the same delta with that text. Everything else is
 * left to the full reader.
 */
export class LineTemplate {
  readonly #read: LineReader;
  readonly #free: string | null;
  #template: Template | null = null;
  #failures = 0;

  /**
   * @param free what precedes the string that differs in every line and says nothing, e.g. `"created_at":"`
   */
  constructor(read: LineReader, free: string | null) {
    this.#read = read;
    this.#free = free;
  }

  /** The delta of a line, null when the full reader must look. */
  match(line: string): UpstreamDelta | null {
    const template = this.#template;
    if (template === null) return null;
    const text = textIn(line, template);
    if (text === null) return null;
    this.#failures = 0;
    return template.make(text);
  }

  /** Takes a line and what the full reader made of it as the model for the next ones. */
  learn(line: string, deltas: readonly UpstreamDelta[]): void {
    if (this.#failures >= PATIENCE) return;
    const [delta, more] = deltas;
    const slot = delta === undefined || more !== undefined ? undefined : slotOf(delta);
    if (slot === undefined) return;
    this.#failures++;
    this.#template = proven(line, slot, this.#read, this.#free);
  }
}

interface Slot {
  text: string;
  make: (text: string) => UpstreamDelta;
}

function slotOf(delta: UpstreamDelta): Slot | undefined {
  if (delta.kind === "text") return { text: delta.text, make: (text) => ({ kind: "text", text }) };
  if (delta.kind === "reasoning") return { text: delta.text, make: (text) => ({ kind: "reasoning", text }) };
  if (delta.kind !== "call" || delta.arguments === undefined || delta.whole === true) return undefined;
  return { text: delta.arguments, make: (text) => ({ ...delta, arguments: text }) };
}

function proven(line: string, slot: Slot, read: LineReader, free: string | null): Template | null {
  const literal = JSON.stringify(slot.text);
  const at = line.lastIndexOf(literal);
  if (at === -1) return null;
  const before = line.slice(0, at + 1);
  const [head, middle] = splitFree(before, free);
  const template = { head, middle, tail: line.slice(at + literal.length - 1), make: slot.make };
  return MARKS.every((mark) => gives(template, mark, read)) ? template : null;
}

function splitFree(before: string, free: string | null): [string, string] {
  const at = free === null ? -1 : before.indexOf(free);
  if (free === null || at === -1) return ["", before];
  const start = at + free.length;
  const end = before.indexOf('"', start);
  return end === -1 ? ["", before] : [before.slice(0, start), before.slice(end)];
}

function gives(template: Template, mark: string, read: LineReader): boolean {
  const line = `${template.head}${template.head === "" ? "" : "z"}${template.middle}${mark}${template.tail}`;
  const expected = [template.make(JSON.parse(`"${mark}"`) as string)];
  return JSON.stringify(read(line)) === JSON.stringify(expected);
}

/** The text of a line of this form; null when it is of another form, or its text is empty. */
function textIn(line: string, { head, middle, tail }: Template): string | null {
  let at = 0;
  if (head !== "") {
    if (line.slice(0, head.length) !== head) return null;
    at = line.indexOf('"', head.length);
    if (at === -1 || !isPlain(line.slice(head.length, at))) return null;
  }
  const start = at + middle.length;
  const end = line.length - tail.length;
  if (end <= start || line.slice(at, start) !== middle || line.slice(end) !== tail) return null;
  const text = line.slice(start, end);
  return isPlain(text) ? text : unescaped(text);
}

/** Nothing in it would stand otherwise in a JSON string: no quote, no backslash, nothing below the blank. */
function isPlain(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x20 || unit === 0x22 || unit === 0x5c) return false;
  }
  return true;
}

/** Null when this is not the inside of one JSON string. */
function unescaped(text: string): string | null {
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return null;
  }
}

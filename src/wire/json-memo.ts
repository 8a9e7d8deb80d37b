import { randomUUID } from "node:crypto";
import { parseJson, sliceJson } from "./json.ts";

/** Values remembered at once, the most recent first. */
const KEPT = 4;
/** Characters: a shorter text is parsed as fast as it is found again, a longer one is not worth its memory. */
const SHORTEST = 2_000;
const LONGEST = 1_000_000;
/** Stands for a value that is not parsed again; no text has it in it. */
const STAND_IN = randomUUID();

interface Known {
  /** The member as it stood: key, colon, value. */
  member: string;
  value: object;
}

/**
 * `parseJson` for texts that have one member of the outermost object in common with an earlier one, as all
 * requests of a session have their tools. That member is not parsed again: its value is the same object, frozen,
 * so that what was worked out for it once can be kept by it.
 *
 * Nothing is guessed: the text is parsed with a stand-in in the member's place, and only where that comes
 * out as the member's value is it exchanged.
 */
export class JsonMemo {
  readonly #key: string;
  #known: Known[] = [];

  constructor(key: string) {
    this.#key = key;
  }

  /** Throws as `parseJson` does. */
  parse(text: string): unknown {
    for (const known of this.#known) {
      const parsed = this.#parseAround(text, known);
      if (parsed === null) continue;
      this.#keep(known);
      return parsed;
    }
    const parsed = parseJson(text);
    this.#learn(text, parsed);
    return parsed;
  }

  #parseAround(text: string, { member, value }: Known): object | null {
    const at = text.indexOf(member);
    if (at === -1) return null;
    const standIn = `${JSON.stringify(this.#key)}:"${STAND_IN}"`;
    const parsed = objectIn(text.slice(0, at) + standIn + text.slice(at + member.length));
    if (parsed?.[this.#key] !== STAND_IN) return null;
    parsed[this.#key] = value;
    return parsed;
  }

  #learn(text: string, parsed: unknown): void {
    const value = isObject(parsed) ? parsed[this.#key] : undefined;
    if (!isObject(value)) return;
    const source = sliceJson(text, [this.#key]) ?? "";
    if (source.length < SHORTEST || source.length > LONGEST) return;
    this.#keep({ member: copyOf(`${JSON.stringify(this.#key)}:${source}`), value: freeze(value) });
  }

  #keep(known: Known): void {
    this.#known = [known, ...this.#known.filter((other) => other !== known)].slice(0, KEPT);
  }
}

/** A mere part of a text would keep the whole of it in memory. */
function copyOf(part: string): string {
  return Buffer.from(part, "utf16le").toString("utf16le");
}

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const parsed = parseJson(text);
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function freeze<T extends object>(value: T): T {
  for (const member of Object.values(value)) if (isObject(member)) freeze(member);
  return Object.freeze(value);
}

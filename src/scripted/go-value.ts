import { membersOf } from "./go-decode.ts";
import { GoObject } from "./go-json.ts";

/** A number that no double holds. Its message ends as Go's does: `number 1e400 into …`. */
export class NumberTooLarge extends Error {
  override readonly name = "NumberTooLarge";
  readonly number: string;

  constructor(number: string) {
    super(`cannot unmarshal number ${number}`);
    this.number = number;
  }
}

/**
 * The arguments of a call as Ollama holds them, in each of its modes: numbers are doubles, what is below the arguments
 * has its keys sorted, the arguments themselves keep their order (with `sort` not: in the Go way a real one gives them
 * in any order). Throws `NumberTooLarge`.
 *
 * Observed on a real Ollama with the scripted GGUF.
 * @param text the JSON of the value, asked for when the order of its keys or a number's digits are lost in it
 */
export function goArguments(value: unknown, text: () => string, sort = false): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (!isPlain(value)) return ordered(text(), sort);
  const entries = Object.entries(value).map(([key, child]) => [key, below(child)] as const);
  return Object.fromEntries(sort ? entries.toSorted(byKey) : entries);
}

/** JavaScript keeps all that Go does: no key that it moves to the front, no minus zero, no number that is too large. */
function isPlain(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value) && !Object.is(value, -0);
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(
    ([key, child]) => (Array.isArray(value) || !/^\d+$/u.test(key)) && isPlain(child),
  );
}

function below(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(below);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, child]) => [key, below(child)] as const);
  return Object.fromEntries(entries.toSorted(byKey));
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

/** The same of any JSON text. */
function ordered(text: string, sort: boolean): unknown {
  const first = text.trimStart()[0];
  if (first === "{") {
    const members = membersOf(text).map(([key, child]) => [key, ordered(child, true)] as const);
    // Of equal keys the last counts, where the first stood.
    const last = [...new Map(members)];
    return new GoObject(sort ? last.toSorted(byKey) : last);
  }
  if (first === "[") return elementsOf(text).map((element) => ordered(element, true));
  const value: unknown = JSON.parse(text);
  if (typeof value === "number" && !Number.isFinite(value)) throw new NumberTooLarge(text.trim());
  return value;
}

function elementsOf(text: string): string[] {
  return membersOf(text).map(([, element]) => element);
}

/** JSON that stands as text within JSON, and in that again: arguments of a call, a schema told in a prompt. */

/** Levels that are looked through; a bridge writes one, and a model may quote what a bridge wrote. */
const DEPTH = 3;

/** A text as a JSON string `depth` levels down holds it. */
function escaped(text: string, depth: number): string {
  return depth === 0 ? text : escaped(JSON.stringify(text).slice(1, -1), depth - 1);
}

interface Pair {
  from: string;
  to: string;
}

const known = new WeakMap<Pair, Pair[]>();

/** A pair as it stands on every level below; none when nothing in it is escaped. */
export function nestedForms(pair: Pair): readonly Pair[] {
  const forms = known.get(pair) ?? formsOf(pair);
  known.set(pair, forms);
  return forms;
}

function formsOf({ from, to }: Pair): Pair[] {
  if (escaped(from, 1) === from) return [];
  return Array.from({ length: DEPTH }, (_, n) => ({ from: escaped(from, n + 1), to: escaped(to, n + 1) }));
}

const KEY = /(?<!\\)(\\*)"description\1"\s*:\s*\1"/g;

/** The value of a key `description` in JSON that a text holds. */
export interface NestedValue {
  /** Where its inside begins. */
  at: number;
  depth: number;
}

export function nestedDescriptions(text: string): NestedValue[] {
  if (!text.includes("description")) return [];
  return Array.from(text.matchAll(KEY)).flatMap((match) => {
    // A quote `n` levels down has 2^n - 1 backslashes.
    const depth = Math.log2((match[1] ?? "").length + 1);
    return Number.isInteger(depth) && depth < DEPTH
      ? [{ at: match.index + match[0].length, depth: depth + 1 }]
      : [];
  });
}

/** The pair as it stands at `at`, when it is the whole value or all before a blank line: what a bridge adds stands behind one. */
export function pairAt(text: string, { at, depth }: NestedValue, pair: Pair): Pair | undefined {
  const from = escaped(pair.from, depth);
  if (!text.startsWith(from, at)) return undefined;
  const end = at + from.length;
  const ends = depth === 0 ? end === text.length : text.startsWith(escaped('"', depth - 1), end);
  if (!ends && !text.startsWith(escaped("\n\n", depth), end)) return undefined;
  return { from, to: escaped(pair.to, depth) };
}

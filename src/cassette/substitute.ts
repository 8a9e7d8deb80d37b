import { decodeLiteral, literals, units, type Literal } from "./json-text.ts";
import { nestedDescriptions, nestedForms, pairAt, type NestedValue } from "./nested.ts";

/** One text in the place of another of the same length (in UTF-16 units). */
export interface Substitution {
  from: string;
  to: string;
  /**
   * `part`: wherever it stands; `prose`: also in JSON that a text holds; `word`: not when a word goes on behind it;
   * `description`: only a value of that key, in JSON that a text holds too, whole or up to a blank line.
   */
  where: "part" | "prose" | "word" | "description";
}

/**
 * Puts substitutions into raw JSON (or lines of JSON) in place: whatever escapes a text is written
 * in, the characters around it are not touched, and no byte is added or lost.
 */
export function substitute(text: string, list: readonly Substitution[]): string {
  if (list.length === 0) return text;
  const ordered = [...list].sort((a, b) => b.from.length - a.from.length);
  let result = "";
  let at = 0;
  for (const literal of literals(text)) {
    const inside = text.slice(literal.start, literal.end);
    const changed = changeLiteral(inside, literal, ordered);
    if (changed === inside) continue;
    result += text.slice(at, literal.start) + changed;
    at = literal.end;
  }
  return result + text.slice(at);
}

/** The same for text that is not JSON. */
export function substitutePlain(text: string, list: readonly Substitution[]): string {
  const chars = text.split("");
  for (const item of [...list].sort((a, b) => b.from.length - a.from.length)) {
    for (const index of occurrences(chars.join(""), item))
      for (const [offset, char] of item.to.split("").entries()) chars[index + offset] = char;
  }
  return chars.join("");
}

/** The same where lengths may change. */
export function applyAll(text: string, list: readonly Substitution[]): string {
  let result = text;
  for (const item of [...list].sort((a, b) => b.from.length - a.from.length))
    for (const index of occurrences(result, item).toReversed())
      result = result.slice(0, index) + item.to + result.slice(index + item.from.length);
  return result;
}

function changeLiteral(inside: string, literal: Literal, list: readonly Substitution[]): string {
  let decoded = decodeLiteral(inside);
  if (decoded === undefined) return inside;
  let parts: string[] | undefined;
  const escapes = decoded.includes("\\");
  let values: NestedValue[] | undefined;
  for (const item of list) {
    // No stand-in moves what stands behind it.
    if (item.where === "description") values ??= descriptionsIn(decoded, literal);
    for (const { index, from, to } of placesOf(decoded, item, escapes, values ?? [])) {
      parts ??= units(inside).map(({ raw }) => raw);
      decoded = decoded.slice(0, index) + to + decoded.slice(index + from.length);
      for (let offset = 0; offset < to.length; offset++) {
        const char = to.charAt(offset);
        if (from.charAt(offset) !== char)
          parts[index + offset] = writtenLike(parts[index + offset] ?? "", char);
      }
    }
  }
  return parts === undefined ? inside : parts.join("");
}

function descriptionsIn(decoded: string, literal: Literal): NestedValue[] {
  const own = literal.key === "description" ? [{ at: 0, depth: 0 }] : [];
  return [...own, ...nestedDescriptions(decoded)];
}

interface Place {
  index: number;
  from: string;
  to: string;
}

function placesOf(
  decoded: string,
  item: Substitution,
  escapes: boolean,
  descriptions: readonly NestedValue[],
): Place[] {
  if (item.where === "description")
    return descriptions.flatMap((value) => {
      const pair = pairAt(decoded, value, item);
      return pair === undefined ? [] : [{ ...pair, index: value.at }];
    });
  const forms = item.where === "prose" && escapes ? [item, ...nestedForms(item)] : [item];
  return forms.flatMap(({ from, to }) =>
    occurrences(decoded, { from, to, where: item.where }).map((index) => ({ index, from, to })),
  );
}

/** Where `item` stands in decoded text. */
export function occurrences(text: string, item: Substitution): number[] {
  const found: number[] = [];
  let at = text.indexOf(item.from);
  while (at >= 0) {
    const next = text.charAt(at + item.from.length);
    if (item.where !== "word" || !/[A-Za-z0-9_]/.test(next)) found.push(at);
    at = text.indexOf(item.from, at + item.from.length);
  }
  return found;
}

/** `char` in the notation of the unit it replaces. */
export function writtenLike(raw: string, char: string): string {
  if (raw.length < 6) return char;
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

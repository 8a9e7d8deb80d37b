import { decodeLiteral, literals, units, type Literal } from "./json-text.ts";

/** One text in the place of another of the same length (in UTF-16 units). */
export interface Substitution {
  from: string;
  to: string;
  /** `part`: wherever it stands; `word`: not when a word goes on behind it; `description`: only a whole value of that key. */
  where: "part" | "word" | "description";
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

function changeLiteral(inside: string, literal: Literal, list: readonly Substitution[]): string {
  let decoded = decodeLiteral(inside);
  if (decoded === undefined) return inside;
  let parts: string[] | undefined;
  for (const item of list) {
    if (!applies(decoded, item, literal)) continue;
    const found = occurrences(decoded, item);
    if (found.length === 0) continue;
    parts ??= units(inside).map(({ raw }) => raw);
    for (const index of found) {
      decoded = decoded.slice(0, index) + item.to + decoded.slice(index + item.from.length);
      for (let offset = 0; offset < item.to.length; offset++) {
        const from = item.from.charAt(offset);
        const to = item.to.charAt(offset);
        if (from !== to) parts[index + offset] = writtenLike(parts[index + offset] ?? "", to);
      }
    }
  }
  return parts === undefined ? inside : parts.join("");
}

function applies(decoded: string, item: Substitution, literal: Literal): boolean {
  if (item.where === "description") return literal.key === "description" && decoded === item.from;
  return decoded.includes(item.from);
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

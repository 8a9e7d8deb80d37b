/** A token of the vocabulary. */
export interface Token {
  text: string;
  type: number;
}

/** llama.cpp's numbers for the types of tokens. */
export const NORMAL = 1;
export const UNKNOWN = 2;
export const CONTROL = 3;
export const USER_DEFINED = 4;
export const BYTE = 6;

/** What the engine writes for a space inside a normal token, and reads as one. */
const SPACE = "\u2581";

/** More spellings than this are not tried: a piece has one more per space, doubled. */
const MOST_SPELLINGS = 64;

/** The tokens that together say a piece: one if it is possible, none for an empty piece. */
export type Spell = (piece: string | number) => Token[];

/**
 * Spells the pieces of one vocabulary, as tokens whose texts are all different, though pieces repeat:
 * the engine finds a token by its text.
 *
 * A piece is a normal token, so that a prompt is read as bytes around it. In such a token a space may be
 * written as itself, which no prompt is read as, or as U+2581; both are said as a space, so a repeated
 * piece has other texts. A piece that has no text left, or may not be one token (a grammar's trigger),
 * starts with byte tokens: of a byte token the engine reads two hexadecimal digits and no further.
 */
export function createSpeller(taken: Iterable<string>, forbidden: ReadonlySet<string>): Spell {
  const used = new Set(taken);
  const copies = new Map<number, number>();

  function byte(value: number): Token {
    const copy = copies.get(value) ?? 0;
    copies.set(value, copy + 1);
    return { text: `<0x${hex(value)}>${copy + 1}`, type: BYTE };
  }

  function spell(piece: string | number): Token[] {
    if (typeof piece === "number") return [byte(piece)];
    if (piece === "") return [];
    const text = forbidden.has(piece) ? undefined : spellings(piece).find((each) => !used.has(each));
    if (text !== undefined) {
      used.add(text);
      return [{ text, type: NORMAL }];
    }
    const [first = "", ...rest] = Array.from(piece);
    return [...Array.from(Buffer.from(first, "utf8"), byte), ...spell(rest.join(""))];
  }

  return spell;
}

/** The ways to write a piece as a normal token, the one that no prompt holds first. */
function spellings(piece: string): string[] {
  if (piece.includes(SPACE)) return [];
  let ways = [""];
  for (const character of piece) {
    const letters = character === " " && ways.length < MOST_SPELLINGS ? [" ", SPACE] : [character];
    ways = letters.flatMap((letter) => ways.map((way) => way + letter));
  }
  return ways;
}

export function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, "0");
}

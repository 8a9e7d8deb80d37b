import { literals, units, type Literal } from "./json-text.ts";
import { occurrences, writtenLike, type Substitution } from "./substitute.ts";

/** Keys under which the events of a stream tell a text piece by piece, on either hop. */
const TOLD_IN_PIECES: ReadonlySet<string> = new Set([
  "text",
  "content",
  "thinking",
  "reasoning",
  "reasoning_content",
  "partial_json",
  "arguments",
]);

/** One character of a text that is spread over literals. */
interface Cell {
  start: number;
  end: number;
  raw: string;
  char: string;
}

export interface Edit {
  start: number;
  end: number;
  raw: string;
}

/** The texts that a stream tells under each key, every piece put to the one before it. */
export function spokenTexts(text: string): string[] {
  return groups(text, false).map((cells) => cells.map(({ char }) => char).join(""));
}

/** Puts substitutions of equal length into what a stream tells in pieces: every piece keeps its length. */
export function substituteSpoken(text: string, list: readonly Substitution[]): string {
  const edits = found(text, list, false).flatMap(({ item, cells }) =>
    cells.map((cell, index) => ({
      start: cell.start,
      end: cell.end,
      raw: writtenLike(cell.raw, item.to.charAt(index)),
    })),
  );
  return applyEdits(text, edits);
}

/** The changes that put texts of other lengths into a body, whole or told in pieces. The first piece gets all of it. */
export function replacementEdits(text: string, list: readonly Substitution[]): Edit[] {
  return found(text, list, true).flatMap(({ item, cells }) =>
    cells.map(({ start, end }, index) => ({
      start,
      end,
      raw: index === 0 ? JSON.stringify(item.to).slice(1, -1) : "",
    })),
  );
}

export function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = "";
  let at = 0;
  for (const { start, end, raw } of [...edits].sort((a, b) => a.start - b.start)) {
    result += text.slice(at, start) + raw;
    at = end;
  }
  return result + text.slice(at);
}

interface Found {
  item: Substitution;
  cells: Cell[];
}

function found(text: string, list: readonly Substitution[], all: boolean): Found[] {
  const ordered = list
    .filter(({ where }) => where !== "description")
    .sort((a, b) => b.from.length - a.from.length);
  return groups(text, all).flatMap((cells) => {
    let told = cells.map(({ char }) => char).join("");
    return ordered.flatMap((item) =>
      occurrences(told, item).map((index): Found => {
        // What was found once is not found again inside a shorter one.
        told = told.slice(0, index) + "\0".repeat(item.from.length) + told.slice(index + item.from.length);
        return { item, cells: cells.slice(index, index + item.from.length) };
      }),
    );
  });
}

/** The literals of each key told in pieces as one text; with `all`, every other literal as a text of its own. */
function groups(text: string, all: boolean): Cell[][] {
  const told = new Map<string, Cell[]>();
  const alone: Cell[][] = [];
  for (const literal of literals(text)) {
    const { key } = literal;
    if (key !== undefined && TOLD_IN_PIECES.has(key))
      told.set(key, [...(told.get(key) ?? []), ...cellsOf(text, literal)]);
    else if (all) alone.push(cellsOf(text, literal));
  }
  return [...told.values(), ...alone];
}

function cellsOf(text: string, { start, end }: Literal): Cell[] {
  let at = start;
  return units(text.slice(start, end)).map(({ raw, char }) => {
    const cell = { start: at, end: at + raw.length, raw, char };
    at = cell.end;
    return cell;
  });
}

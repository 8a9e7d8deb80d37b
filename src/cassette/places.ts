import { decodeUtf8 } from "./pieces.ts";
import { slugOf } from "./slug.ts";
import { applyEdits, replacementEdits, type Edit } from "./spoken.ts";
import type { Substitution } from "./substitute.ts";
import type { Places } from "./normalise-text.ts";
import type { RecordedResponse } from "./types.ts";

/** The live folders that the redacted ones of a cassette stand for. */
export interface LivePlaces {
  home?: string | undefined;
  cwd?: string | undefined;
}

/**
 * A recorded answer as it would be in another folder: where a redacted HOME or folder stands, the live
 * one is put, so that a tool call with an absolute path finds its file. Cuts move along.
 */
export function inPlaces(recorded: RecordedResponse, places: Places, live: LivePlaces): RecordedResponse {
  const list = (["cwd", "home"] as const).flatMap((kind) => pairsOf(places[kind], live[kind]));
  const text = decodeUtf8(recorded.body);
  if (list.length === 0 || text === undefined) return recorded;
  const edits = replacementEdits(text, list);
  if (edits.length === 0) return recorded;
  const body = new TextEncoder().encode(applyEdits(text, edits));
  const cuts = [...new Set(recorded.cuts.map((cut) => movedBy(cut, text, edits)))];
  return { ...recorded, body, cuts: cuts.filter((cut) => cut > 0 && cut < body.length) };
}

function pairsOf(alias: string | null, live: string | undefined): Substitution[] {
  if (alias === null || live === undefined || live === alias) return [];
  return [
    { from: alias, to: live, where: "word" },
    { from: slugOf(alias), to: slugOf(live), where: "word" },
  ];
}

/** A byte offset after the edits; one inside an edit goes to its end. */
function movedBy(cut: number, text: string, edits: readonly Edit[]): number {
  let moved = cut;
  for (const { start, end, raw } of edits) {
    const from = Buffer.byteLength(text.slice(0, start));
    const to = from + Buffer.byteLength(text.slice(start, end));
    if (cut >= to) moved += Buffer.byteLength(raw) - (to - from);
    else if (cut > from) moved += Buffer.byteLength(raw) - (cut - from);
  }
  return moved;
}

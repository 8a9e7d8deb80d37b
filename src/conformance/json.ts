import { parseJson } from "../wire/json.ts";

/** The JSON of a text; undefined when it is none. */
export function jsonOf(text: string): unknown {
  return tried(text, JSON.parse);
}

/** The same, numbers that no double holds included. */
export function exactJsonOf(text: string): unknown {
  return tried(text, parseJson);
}

function tried(text: string, parse: (text: string) => unknown): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

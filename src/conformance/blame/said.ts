import { exactJsonOf } from "../json.ts";
import { isRecord } from "../path.ts";

/** One call for a tool, by whoever said it. */
export interface SaidCall {
  name: string;
  /** The arguments as text. */
  raw: string;
  /** The same as a JSON object, numbers that no double holds included; undefined when it is none. */
  input: Record<string, unknown> | undefined;
}

/** What an answer says, in a form that both hops share. */
export interface Said {
  text: string;
  thinking: string;
  calls: SaidCall[];
  /** Why it ended, in the words of its own hop; null when it does not say. */
  finish: string | null;
}

/** Nothing stands for `{}`, as all servers and clients have it. */
export function callOf(name: string, raw: string): SaidCall {
  const text = raw.trim();
  return { name, raw, input: text === "" || text === "null" ? {} : objectOf(text) };
}

function objectOf(text: string): Record<string, unknown> | undefined {
  const value = exactJsonOf(text);
  return isRecord(value) ? value : undefined;
}

/** Without any white space: trimmed edges and joined blocks are no difference. */
export function solid(text: string): string {
  return text.replaceAll(/\s+/g, "");
}

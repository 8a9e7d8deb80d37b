const LONGEST = 200;

/** The beginning of a text that is not what it should be, on one line, at most 200 characters. */
export function excerptOf(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 1)}…`;
}

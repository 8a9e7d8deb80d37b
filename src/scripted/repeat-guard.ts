/** A runner answer that repeats the same trimmed text more often than this is cut. */
const LIMIT = 30;

/** Tells when a model is stuck: true at the text that would be the 32nd equal one in a row. */
export function createRepeatGuard(): (text: string) => boolean {
  let last = "";
  let repeats = 0;
  return (text) => {
    const trimmed = text.trim();
    repeats = trimmed === last ? repeats + 1 : 0;
    last = trimmed;
    return repeats > LIMIT;
  };
}

/** Where ids come from; the deterministic one counts. */
export interface Ids {
  /** `length` characters of `alphabet`. */
  text(length: number, alphabet: string): string;
  /** An integer from 0 up to, not including, `limit`. */
  number(limit: number): number;
}

export const LOWER: string = "abcdefghijklmnopqrstuvwxyz0123456789";
export const ALL: string = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

export function randomIds(): Ids {
  return {
    number: below,
    text: (length, alphabet) => Array.from({ length }, () => alphabet[below(alphabet.length)]).join(""),
  };
}

function below(limit: number): number {
  return Math.floor(Math.random() * limit);
}

export function countingIds(): Ids {
  let n = 0;
  return {
    number: (limit) => n++ % limit,
    text: (length) => (n++).toString(36).padStart(length, "0"),
  };
}

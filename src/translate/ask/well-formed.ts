/** A half of a surrogate pair, as JSON text holds it: escaped, behind an even number of backslashes. */
const LONE = /(?<!\\)((?:\\\\)*)\\ud[89a-f][\da-f]{2}/g;

/**
 * JSON text without halves of surrogate pairs, which a tool that cuts its output by characters leaves behind: each is
 * U+FFFD, as UTF-8 would have it. llama-server refuses the whole request for one (500, "invalid string: surrogate").
 */
export function wellFormedJson(text: string): string {
  return text.includes(String.raw`\ud`) ? text.replace(LONE, String.raw`$1\ufffd`) : text;
}

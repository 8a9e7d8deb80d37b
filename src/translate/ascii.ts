const LONGEST = 64;

/**
 * Whether a text is short and nothing but ASCII, as most pieces of an answer are. A look at each character
 * of such a piece costs less than to start any search that V8 has. False says nothing.
 */
export function isShortAscii(text: string): boolean {
  if (text.length > LONGEST) return false;
  for (let n = 0; n < text.length; n++) if (text.charCodeAt(n) > 0x7f) return false;
  return true;
}

import { isShortAscii } from "../ascii.ts";
import type { AnswerContext } from "../context.ts";

export interface Delivered {
  /** Tokens the upstream says it made, its end token included. */
  counted: number | undefined;
  /** As many tokens as the pieces that arrived can have been: see `mostTokens`. */
  most: number;
  calls: number;
}

/** An end token, and a blank or two that a parser ate. */
const SPARE = 2;
/** Empty thinking: two tags, the blanks around them and an end token. */
const SPARE_THINKING = 7;

/**
 * From Ollama a piece of text is one token, unless its characters took several: as a rule at most one
 * for each byte beyond ASCII.
 */
export function mostTokens(piece: string): number {
  if (piece === "") return 0;
  return isShortAscii(piece) ? 1 : 1 + Buffer.byteLength(piece) - piece.length;
}

/**
 * Whether an engine made an answer that it did not deliver. Ollama's own parsers drop a call that they
 * cannot read and end the answer with `stop`, so only its count tells. `all`: nothing came, and the
 * answer is lost. `some`: text came, but from Ollama fewer pieces of it than it counted.
 */
export function lostPart(delivered: Delivered, context: AnswerContext): "all" | "some" | null {
  const { counted, most, calls } = delivered;
  if (counted === undefined || calls > 0 || context.tools.length === 0) return null;
  const missing = counted - most;
  if (most === 0) {
    return missing > (context.reasoning === "hidden" ? SPARE : SPARE_THINKING) ? "all" : null;
  }
  return context.dialect === "ollama" && missing > Math.max(3, counted / 4) ? "some" : null;
}

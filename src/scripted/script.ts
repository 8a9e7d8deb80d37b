/**
 * What a scripted model says. Two kinds:
 *
 * - a *model script* is a list of token pieces as a model emits them; each engine mode
 *   tokenises, parses and frames it its own way, and a real engine can be made to say it;
 * - a *byte script* is a list of socket actions that only the embedded server can perform.
 */

/** Played when its marker is the literal that stands latest-ranked in the prompt. */
export interface ModelScript {
  /** A literal looked for in the rendered prompt, e.g. `[[tool1]]`, or a whole question. */
  marker: string;
  /** Text pieces, or single bytes 0–255 of a character cut over tokens. One piece is one token. */
  pieces: (string | number)[];
  /** Index of the piece to jump back to after the last one: the model never stops by itself. */
  loop?: number;
}

/** One step of a byte script. */
export type ByteStep =
  /** Status line and headers; without it `200` and the dialect's content type. */
  | { status: number; headers?: Record<string, string> }
  /** Bytes to write (UTF-8), or base64 under `b64`. `split` cuts them into separate socket writes. */
  | { write: string; split?: Split }
  | { b64: string; split?: Split }
  /** Milliseconds. */
  | { wait: number }
  /** Clean end of the body. */
  | { fin: true }
  /** Reset of the connection. */
  | { rst: true }
  /** End of the socket inside a chunked body, without the terminating chunk. */
  | { cut: true }
  /** Never answers again; ends when the peer leaves. */
  | { stall: true };

export type Split = "whole" | "line" | "byte" | `every:${number}` | `at:${number}` | `random:${number}`;

export type ByteScript = ByteStep[];

/** How a real Ollama runs the model; its wire differs in each. */
export type EngineMode = "go" | "jinja" | "parser";

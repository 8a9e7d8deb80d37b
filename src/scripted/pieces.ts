import type { ModelScript } from "./script.ts";

type Piece = ModelScript["pieces"][number];

/** Shorter than the tag with its newline: llama.cpp refuses a token that equals a grammar's trigger. */
const PIECE = 10;

/** A call as Hermes-style models write it: one `<tool_call>` element around a JSON object. */
export function toolCall(name: string, args: unknown): string[] {
  const text = `<tool_call>\n${JSON.stringify({ name, arguments: args })}\n</tool_call>`;
  return chop(text, PIECE);
}

/** Several calls in one turn. */
export function toolCalls(...calls: readonly [name: string, args: unknown][]): string[] {
  return calls.flatMap(([name, args], i) => (i === 0 ? [] : ["\n"]).concat(toolCall(name, args)));
}

/** A thought before the answer. */
export function thought(text: string): string[] {
  return ["<think>\n", ...words(text), "\n</think>\n\n"];
}

/** Prose, one word with its space per token. */
export function words(text: string): string[] {
  return text.match(/\S+\s*|\s+/gu) ?? [];
}

/** Text cut every `size` characters, never inside a surrogate pair. */
function chop(text: string, size: number): string[] {
  const characters = Array.from(text);
  const count = Math.ceil(characters.length / size);
  return Array.from({ length: count }, (_, i) => characters.slice(i * size, (i + 1) * size).join(""));
}

/** A script from pieces and lists of pieces. */
export function modelScript(marker: string, ...parts: readonly (Piece | readonly Piece[])[]): ModelScript {
  return { marker, pieces: parts.flatMap((part) => part) };
}

import type { ModelScript } from "./script.ts";

/** Played when a prompt holds no marker, so that every prompt has an answer. */
export const FALLBACK: ModelScript = {
  marker: "",
  pieces: ["(no ", "script ", "matches ", "this ", "prompt)"],
};

/**
 * The script whose marker stands in the prompt; of several the one that comes last in the list,
 * wherever its marker stands. That is how a session moves on: a tool result carries a marker of
 * higher rank than those which the history keeps.
 */
export function chooseScript(prompt: string, scripts: readonly ModelScript[]): ModelScript {
  return scripts.findLast((script) => prompt.includes(script.marker)) ?? FALLBACK;
}

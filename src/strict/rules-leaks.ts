import type { Finding } from "./finding.ts";
import { fault, type Stream } from "./stream.ts";

/** Words of the back side's language, and chat-template tokens, that no scripted text holds. */
const BACK_SIDE = [/"choices"/, /finish_reason/, /reasoning_content/, /\[DONE\]/, /<\|[a-z_]{2,30}\|>/];

/**
 * SC16: nothing of the back side leaks: no field names of its API, no special tokens (judged on
 * scripted streams only: live text may hold such words), no canary secret (judged always).
 *
 * Source: issue 3; the words are those of the OpenAI and Ollama chat formats.
 */
export function checkLeaks({ events }: Stream, scripted: boolean, canaries: readonly string[]): Finding[] {
  const words = scripted ? BACK_SIDE : [];
  return events.flatMap((event) => {
    const text = event.frame.text;
    const word = words.find((pattern) => pattern.test(text))?.exec(text)?.[0];
    if (word !== undefined) return [fault("SC16", `${word} of the back side leaks`, event)];
    const canary = canaries.find((secret) => secret !== "" && text.includes(secret));
    if (canary === undefined) return [];
    const found = fault("SC16", "a canary secret leaks", event);
    return [{ ...found, evidence: found.evidence.replaceAll(canary, "[canary]") }];
  });
}

import type { ModelScript } from "./script.ts";
import { createStopHold } from "./stop-hold.ts";
import { createUtf8Hold } from "./utf8-hold.ts";

/** What the runner hands to the server, token by token. */
export type RunnerEvent =
  /** Text of one or more tokens: never half a character, never a part of a stop string. */
  | { type: "text"; text: string }
  /** A token that released no text. */
  | { type: "held" }
  /** `tokens` counts everything the model produced, the end token too. */
  | { type: "end"; reason: "stop" | "length"; tokens: number }
  /** The model produced bytes that are no UTF-8. */
  | { type: "badUtf8"; text: string };

export interface PlaybackLimits {
  /** Tokens to produce at most. */
  maxTokens: number;
  /** Stop strings; the first that appears ends the answer and is not sent. */
  stop: readonly string[];
}

/**
 * Plays a script as a llama.cpp runner would stream it: the end token counts, a stop string may
 * span tokens, bytes wait until their character is whole.
 */
export function* playScript(script: ModelScript, limits: PlaybackLimits): Generator<RunnerEvent, void> {
  const utf8 = createUtf8Hold();
  const hold = createStopHold(limits.stop);
  let tokens = 0;
  for (const piece of endless(script)) {
    tokens += 1;
    const text = utf8.push(piece);
    if (text === null) {
      yield { type: "badUtf8", text: "" };
      return;
    }
    const { send, stopped } = hold.push(text);
    if (stopped) {
      if (send !== "") yield { type: "text", text: send };
      yield { type: "end", reason: "stop", tokens };
      return;
    }
    const last = tokens >= limits.maxTokens;
    const released = last ? send + hold.flush() : send;
    yield released === "" ? { type: "held" } : { type: "text", text: released };
    if (last) {
      yield { type: "end", reason: "length", tokens };
      return;
    }
  }
  const rest = hold.flush();
  if (rest !== "") yield { type: "text", text: rest };
  yield { type: "end", reason: "stop", tokens: tokens + 1 };
}

/** The pieces, from `loop` on for ever; a negative `loop` counts from the end. */
function* endless({ pieces, loop }: ModelScript): Generator<string | number, void> {
  yield* pieces;
  if (loop === undefined || pieces.length === 0) return;
  const again = pieces.slice(loop);
  while (again.length > 0) yield* again;
}

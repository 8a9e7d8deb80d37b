import type { ModelFlags } from "../upstream/flags.ts";

/** What decides how the client is set up for a model. */
export type ModelFacts = Pick<ModelFlags, "contextWindow" | "maxOutput" | "thinking"> &
  Partial<Pick<ModelFlags, "cutsPrompts" | "remote" | "tools">>;

export interface Profile {
  /** The full client would have no room to work in. */
  tight: boolean;
  /** For the client's environment; the user's own values win over them. */
  variables: Record<string, string>;
  /** What was decided and why, for `--debug`. */
  remarks: string[];
  /** What the user must know before the first prompt. */
  warnings: string[];
}

/** Tokens the client keeps free below its window, beside the output, before it compacts (seen with 2.1.330). */
const CLIENT_RESERVE = 13_000;

/** The most of the output limit that the client takes into account there. */
const OUTPUT_COUNTED = 20_000;

/** The client's own limit for models it does not know. */
const USUAL_OUTPUT = 32_000;

/** Tokens of the client's first request with all tools inline (78 KB), and with tool search (49 KB). */
const INLINE_PROMPT = 20_000;
const SEARCH_PROMPT = 12_500;

/** Fewer tokens than this between the first prompt and compaction are no room to work in. */
const WORKING_ROOM = 4_000;

/** What a compaction needs beside its answer: its instruction, and what the last turn went over by. */
function reserveOf(window: number): number {
  return Math.min(CLIENT_RESERVE, Math.max(3_000, Math.ceil(window / 10)));
}

/** A fifth of the window, but no more than the model or the client says. */
function outputOf({ contextWindow, maxOutput }: ModelFacts): number | null {
  const fifth = contextWindow === null ? null : Math.floor(contextWindow / 5);
  const limits = [fifth, maxOutput].filter((limit) => limit !== null);
  if (limits.length === 0) return null;
  return Math.max(1, Math.min(...limits, USUAL_OUTPUT));
}

/** Tokens of conversation at which the client compacts when it is told `window - reserve + CLIENT_RESERVE`. */
function compactionAt(window: number, output: number): number {
  return window - reserveOf(window) - Math.min(output, OUTPUT_COUNTED);
}

/**
 * How the client is to treat a model: its window and output limit, whether it thinks, and whether
 * tools are described at once or looked for.
 *
 * The client compacts at window − min(output, 20,000) − 13,000. On a small window the last number
 * alone would make it compact in every turn, so it is told a window that is larger by what of the
 * 13,000 is not needed there: it then compacts at window − output − a tenth. From 130,000 tokens on
 * both are the same. A prompt that still does not fit is refused by the model's server, and the client
 * compacts on that.
 *
 * Source: https://code.claude.com/docs/en/settings (environment variables); the numbers are observed.
 * @param output what the user limits an answer to, in tokens
 */
export function profileOf(facts: ModelFacts, output: number | null = null): Profile {
  const { contextWindow: window, thinking, cutsPrompts = false } = facts;
  const limit = output ?? outputOf(facts);
  const thinks = thinking !== "none";
  const room = window === null ? null : compactionAt(window, limit ?? USUAL_OUTPUT);
  const inline = room === null || INLINE_PROMPT * 2 <= room;
  const tight = room !== null && room < SEARCH_PROMPT + WORKING_ROOM;
  return {
    tight,
    variables: {
      ENABLE_TOOL_SEARCH: inline ? "false" : "true",
      ...(window !== null && {
        CLAUDE_CODE_MAX_CONTEXT_TOKENS: String(window - reserveOf(window) + CLIENT_RESERVE),
      }),
      ...(limit !== null && { CLAUDE_CODE_MAX_OUTPUT_TOKENS: String(limit) }),
      ...(!thinks && { CLAUDE_CODE_DISABLE_THINKING: "1" }),
    },
    remarks: [
      window === null
        ? "the model's context window is not known (state it with --set context=N)"
        : `context window ${window} tokens; the conversation is compacted at ${room}`,
      limit === null ? "no limit on an answer is known" : `an answer has at most ${limit} tokens`,
      inline ? "all tools are described in every request" : "tools are found by search: they leave more room",
      thinks ? "thinking is left to the client" : "thinking is off: the model cannot",
    ],
    warnings: tight ? [tooSmall(window ?? 0, cutsPrompts)] : [],
  };
}

/** @param fixed it is an Ollama over `/v1`, which cannot be asked for another window */
function tooSmall(window: number, fixed: boolean): string {
  const remedy = fixed
    ? 'this Ollama gives no more over /v1: take its own API ("claude-bridge ollama MODEL"), or start it with ' +
      "OLLAMA_CONTEXT_LENGTH=32768"
    : "give the model a larger one (--set context=N, if it can)";
  return (
    `a context window of ${window} tokens is small for Claude Code, whose first prompt alone has about ` +
    `${SEARCH_PROMPT}: ${remedy}, or start with --bare`
  );
}

import type { MessagesRequest } from "../../messages/types.ts";
import type { ModelFlags } from "../../upstream/flags.ts";

/** The prompt estimate may be this much too low. */
const ESTIMATE_MARGIN = 1.15;
/** The part of the context that an answer may always use, however long the prompt seems. */
const SMALLEST_SHARE = 1 / 8;

export interface OutputLimit {
  /** Tokens to send as the limit; at least 1. */
  tokens: number;
  /** It is less than asked for because of what the prompt leaves of the context. */
  byContext: boolean;
}

/**
 * The limit of an answer: never more than the model can give (Claude Code asks for 128000 after a
 * `max_tokens` stop) nor than the prompt leaves of the context. Never 0, which model servers read as
 * "without limit".
 */
export function outputLimit(
  request: MessagesRequest,
  flags: ModelFlags,
  prompt: { estimate: number; counted?: number | undefined },
  configured: number | undefined,
): OutputLimit {
  const asked = request.max_tokens;
  const capped = Math.min(asked, flags.maxOutput ?? asked, configured ?? asked);
  if (flags.contextWindow === null) return { tokens: capped, byContext: false };
  const share = Math.max(1, Math.floor(flags.contextWindow * SMALLEST_SHARE));
  const left =
    prompt.counted === undefined
      ? Math.max(share, Math.floor(flags.contextWindow - prompt.estimate * ESTIMATE_MARGIN))
      : Math.max(1, flags.contextWindow - prompt.counted);
  return { tokens: Math.min(capped, left), byContext: left < capped };
}

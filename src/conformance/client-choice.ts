import { profileOf } from "../launch/profile.ts";
import type { LiveModel } from "./options.ts";

/** How Claude Code is started for a live model. */
export interface ClientChoice {
  /** The small client: three tools, a prompt of about a thousand tokens. */
  bare: boolean;
  /** Why it is not the full one; null when it is. */
  why: string | null;
  env: Record<string, string>;
}

/**
 * As `claude-bridge` would start it on a model of this context, and as the small client where the full one would
 * have no room to work: the first request alone has 12,000 to 20,000 tokens. An unknown context is taken for
 * large enough.
 */
export function clientFor(profile: LiveModel["profile"]): ClientChoice {
  const window = profile?.context.used ?? null;
  const { variables, tight } = profileOf({
    contextWindow: window,
    maxOutput: null,
    thinking: thinkingOf(profile),
  });
  return {
    bare: tight,
    why: tight ? `a context of ${window} tokens has no room for the full client` : null,
    env: variables,
  };
}

function thinkingOf(profile: LiveModel["profile"]): "none" | "bool" | "levels" {
  const { has = null, levels = [] } = profile?.capabilities.thinking ?? {};
  if (has === false) return "none";
  return levels.length > 0 ? "levels" : "bool";
}

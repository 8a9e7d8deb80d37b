import type { ModelFlags } from "../upstream/flags.ts";
import { BridgeOptionsError } from "./options-error.ts";

type FlagReader = (name: string, value: string) => Partial<ModelFlags>;

const FLAGS: Record<string, FlagReader> = {
  tools: (name, value) => ({ tools: readBoolean(name, value) }),
  toolChoice: (name, value) => ({ toolChoice: readBoolean(name, value) }),
  parallelFlag: (name, value) => ({ parallelFlag: readBoolean(name, value) }),
  topK: (name, value) => ({ topK: readBoolean(name, value) }),
  prefill: (name, value) => ({ prefill: readBoolean(name, value) }),
  vision: (name, value) => ({ vision: readBoolean(name, value) }),
  webp: (name, value) => ({ webp: readBoolean(name, value) }),
  toolImages: (name, value) => ({ toolImages: readBoolean(name, value) }),
  structured: (name, value) => ({ structured: readBoolean(name, value) }),
  usageInStream: (name, value) => ({ usageInStream: readBoolean(name, value) }),
  thinkTags: (name, value) => ({ thinkTags: readBoolean(name, value) }),
  thinking: (name, value) => ({ thinking: readThinking(name, value) }),
  midSystem: (name, value) => ({ midSystem: readWord(name, value, ["native", "fold", "refuse"]) }),
  maxTokensField: (name, value) => ({
    maxTokensField: readWord(name, value, ["max_tokens", "max_completion_tokens"]),
  }),
  reasoningField: (name, value) => {
    const word = readWord(name, value, ["none", "reasoning", "reasoning_content", "thinking"]);
    return { reasoningField: word === "none" ? null : word };
  },
  context: (name, value) => ({ contextWindow: readTokens(name, value) }),
  maxOutput: (name, value) => ({ maxOutput: readTokens(name, value) }),
  keepAlive: (name, value) => ({ keepAlive: readDuration(name, value) }),
};

/**
 * Turns `--set FLAG=VALUE` pairs into model flags. Names are those of `ModelFlags`, and `context`
 * for the context window in tokens. Throws BridgeOptionsError, which lists what is allowed.
 */
export function parseFlagSettings(set: Record<string, string>): Partial<ModelFlags> {
  let flags: Partial<ModelFlags> = {};
  for (const [name, value] of Object.entries(set)) {
    const reader = Object.hasOwn(FLAGS, name) ? FLAGS[name] : undefined;
    if (reader === undefined) {
      throw new BridgeOptionsError(`set.${name}: unknown flag, use one of ${Object.keys(FLAGS).join(", ")}`);
    }
    flags = { ...flags, ...reader(name, value) };
  }
  return flags;
}

function readThinking(name: string, value: string): ModelFlags["thinking"] {
  if (value === "true") return "bool";
  if (value === "false") return "none";
  return readWord(name, value, ["none", "bool", "levels", "always"]);
}

function readBoolean(name: string, value: string): boolean {
  return readWord(name, value, ["true", "false"]) === "true";
}

function readTokens(name: string, value: string): number {
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw new BridgeOptionsError(`set.${name}: must be a number of tokens, not "${value}"`);
}

/** Source: https://github.com/ollama/ollama/blob/main/docs/faq.mdx (`keep_alive`): seconds, or a duration of Go's. */
function readDuration(name: string, value: string): string | number {
  if (/^-?\d{1,9}$/.test(value)) return Number(value);
  if (/^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/.test(value)) return value;
  throw new BridgeOptionsError(
    `set.${name}: must be seconds, -1 for ever, or a time such as 30m, not "${value}"`,
  );
}

function readWord<const W extends string>(name: string, value: string, words: readonly W[]): W {
  const word = words.find((candidate) => candidate === value);
  if (word !== undefined) return word;
  throw new BridgeOptionsError(`set.${name}: must be one of ${words.join(", ")}, not "${value}"`);
}

import type { UpstreamFailure } from "./errors.ts";
import type { ModelFlags } from "./flags.ts";

/**
 * What a refusal teaches of a model, so that the same request can be asked once more without the
 * thing refused. Null when it teaches nothing new, or when leaving the thing out would change what the
 * client asked for (tools, images): then the refusal is the answer.
 */
export function learnFromRefusal(failure: UpstreamFailure, flags: ModelFlags): ModelFlags | null {
  const learned = lesson(failure, flags);
  if (learned === null) return null;
  const changed = Object.entries(learned).some(([key, value]) => flags[key as keyof ModelFlags] !== value);
  return changed ? { ...flags, ...learned } : null;
}

function lesson(failure: UpstreamFailure, flags: ModelFlags): Partial<ModelFlags> | null {
  switch (failure.feature) {
    case "thinking":
      return { thinking: "none" };
    case "thinking-level":
      return { thinking: "bool" };
    case "stream_options":
      return { usageInStream: false };
    case "parallel_tool_calls":
      return { parallelFlag: false };
    case "tool_choice":
      return { toolChoice: false };
    case "top_k":
      return { topK: false };
    case "max_tokens":
      return flags.maxTokensField === "max_tokens" ? { maxTokensField: "max_completion_tokens" } : null;
    case "output-limit":
      return limits(failure, flags);
    case "image-format":
      return { webp: false };
    case "tools":
    case "vision":
    case "chat":
    case "response_format":
    // Which tool it is must be found first: `lowerings` of the translator.
    case "schema":
    case undefined:
    default:
      return null;
  }
}

/** Only what is less than was known: a limit that was kept to is not what was refused. */
function limits({ lengths }: UpstreamFailure, flags: ModelFlags): Partial<ModelFlags> | null {
  const { maxOutput, window } = lengths ?? {};
  if (maxOutput !== undefined && maxOutput > 0 && maxOutput < (flags.maxOutput ?? Infinity))
    return { maxOutput };
  if (window !== undefined && window < (flags.contextWindow ?? Infinity)) return { contextWindow: window };
  return null;
}

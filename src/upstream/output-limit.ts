/** A refusal of the length that was asked for, not of the prompt. All figures are tokens. */
export interface LengthRefusal {
  /** The longest answer that the model gives. */
  maxOutput?: number;
  /** The context that prompt and answer share. */
  window?: number;
  /** What the prompt takes of it, where the server counted. */
  prompt?: number;
}

/** The longest answer: OpenAI, Groq, DeepSeek and Mistral, Anthropic. */
const LONGEST = [
  /supports at most (\d+) completion tokens/i,
  /max_(?:completion_)?tokens[`'"]? must be (?:less than or equal to|at most|<=) [`'"]?(\d+)/i,
  /max_(?:completion_)?tokens\b.*?\bvalid range\b.*?\[\d+, ?(\d+)\]/i,
  /max_(?:completion_)?tokens: \d+ > (\d+)/i,
];

/** Google's range leaves its end out. */
const BELOW = /maxOutputTokens\b.*?\brange is from \d+ \(inclusive\) to (\d+) \(exclusive\)/i;

/** Context and prompt: vLLM, Together. */
const COUNTED = [
  /maximum context length is (\d+) tokens and your request has (\d+) input tokens/i,
  /must be <= (\d+)\. Given: (\d+) `inputs` tokens and \d+ `max_new_tokens`/i,
];

/** OpenAI's older wording, and OpenRouter's: how the sum comes about stands in brackets. */
const SUMMED =
  /maximum context length is (\d+) tokens\. However, you requested (?:about )?\d+ tokens \(([^)]+)\)/i;

/** vLLM, where it has not counted the prompt. */
const UNCOUNTED = [/max_tokens=\d+ cannot be greater than max_model_len=(?:max_total_tokens=)?(\d+)/i];

/** Reads a server's text; undefined when the length of the answer is not what it refuses. */
export function lengthRefusalOf(message: string): LengthRefusal | undefined {
  for (const wording of LONGEST) {
    const [, most] = wording.exec(message) ?? [];
    if (most !== undefined) return { maxOutput: Number(most) };
  }
  const [, end] = BELOW.exec(message) ?? [];
  if (end !== undefined) return { maxOutput: Number(end) - 1 };
  for (const wording of UNCOUNTED) {
    const [, window] = wording.exec(message) ?? [];
    if (window !== undefined) return { window: Number(window) };
  }
  const counted = COUNTED.map((wording) => wording.exec(message)).find((match) => match !== null);
  if (counted !== undefined) return fitting(Number(counted[1]), Number(counted[2]));
  const [, window, parts] = SUMMED.exec(message) ?? [];
  return parts === undefined ? undefined : fitting(Number(window), promptOf(parts));
}

/** Below this part of the context an answer has no room: then the prompt is what has to become shorter. */
const LEAST_ROOM = 1 / 8;

/** A prompt that nearly fills the context is an overflow, whatever length was asked for. */
function fitting(window: number, prompt: number): LengthRefusal | undefined {
  return prompt > 0 && window - prompt >= window * LEAST_ROOM ? { window, prompt } : undefined;
}

/** Of `20 in the messages, 50 in the functions, 128000 in the completion` all but the answer's part. */
function promptOf(parts: string): number {
  return parts
    .split(/[,;]\s+/)
    .filter((part) => !/\b(?:completion|output)\b/i.test(part))
    .reduce((sum, part) => sum + Number(/\d+/.exec(part)?.[0] ?? 0), 0);
}

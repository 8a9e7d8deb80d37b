/** What a model or server may lack, so that the request can be asked again without it. */
export type Feature =
  | "tools"
  | "thinking"
  | "thinking-level"
  | "vision"
  | "image-format"
  | "chat"
  | "stream_options"
  | "tool_choice"
  | "parallel_tool_calls"
  | "response_format"
  /** The JSON schema of a tool, or of the answer. */
  | "schema"
  | "max_tokens"
  | "output-limit"
  | "top_k";

/**
 * The wordings of servers that were seen or read: Ollama's three, llama.cpp, vLLM, OpenAI, LM Studio.
 * All of them mean that the prompt does not fit.
 */
const OVERFLOW = [
  /exceeds? the available context size/i,
  /prompt is longer than the context length/i,
  /input length exceeds the context length/i,
  /maximum context length is/i,
  /context length is only \d+/i,
  /maximum model length/i,
  /context_length_exceeded|exceed_context_size_error/,
  /longer than the (?:model's|maximum) context/i,
  /exceeds? the (?:model's )?(?:maximum )?context (?:window|length)/i,
  /prompt is too long/i,
  /reduce the length of the (?:messages|prompt)/i,
  /context (?:size|length|window) (?:has been |was )?exceeded/i,
  /trying to keep the first \d+ tokens when context the overflows/i,
];

/** Prompt first, limit second, or the other way round, as the server words it. */
const PROMPT_THEN_LIMIT = [
  /request \((\d+) tokens\) exceeds the available context size \((\d+) tokens\)/i,
  /(\d+) tokens > (\d+) maximum/i,
  /passed (\d+) input tokens.*?context length is only (\d+)/i,
  /prompt (?:contains|has|length(?: is|:)?|\(length) (\d+)(?: tokens)?.*?(?:maximum|limit|context)\D*(\d+)/i,
];
const LIMIT_THEN_PROMPT = [
  /maximum context length is (\d+) tokens.*?(?:requested|resulted in|contains at least|has) (\d+)(?: output tokens and your prompt contains at least (\d+))?/i,
];

export function overflowOf(message: string): { tokens?: { prompt: number; limit: number } } | undefined {
  if (!OVERFLOW.some((wording) => wording.test(message))) return undefined;
  const tokens = tokensOf(message);
  return tokens === undefined ? {} : { tokens };
}

function tokensOf(message: string): { prompt: number; limit: number } | undefined {
  for (const wording of PROMPT_THEN_LIMIT) {
    const [, prompt, limit] = wording.exec(message) ?? [];
    if (prompt !== undefined) return { prompt: Number(prompt), limit: Number(limit) };
  }
  for (const wording of LIMIT_THEN_PROMPT) {
    const [, limit, prompt, input] = wording.exec(message) ?? [];
    if (limit !== undefined) {
      // "requested M output tokens and your prompt contains N": the prompt did not fit beside the output.
      const total = input === undefined ? Number(prompt) : Number(input) + Number(prompt);
      return { prompt: total, limit: Number(limit) };
    }
  }
  return undefined;
}

const FEATURES: [feature: Feature, wording: RegExp][] = [
  [
    "tools",
    /does not support tools|tool use is not supported|no endpoints found that support tool use|enable-auto-tool-choice/i,
  ],
  ["thinking-level", /invalid think value/i],
  [
    "thinking",
    /does not support thinking|reasoning_effort.*(?:not supported|unsupported|unrecognized|unknown)/i,
  ],
  [
    "thinking",
    /(?:not support|unsupported|unrecognized|unknown|unexpected|extra).*(?:reasoning_effort|reasoning effort)/i,
  ],
  ["vision", /image input is not supported|multimodal data provided|missing data required for image input/i],
  [
    "vision",
    /(?:does not|doesn't) support (?:image|vision|multimodal)|no endpoints found that support image/i,
  ],
  [
    "image-format",
    /(?:failed|unable) to (?:load|decode|process|read) (?:the )?image|cannot identify image|(?:invalid|unsupported|unknown) image (?:input|type|format)|image: unknown format/i,
  ],
  ["chat", /does not support chat/i],
  [
    "schema",
    /schema conversion failed|field 'json_schema'|failed to parse grammar|automatic parser generation failed|Go struct field ToolFunction|Value looks like object, but can't find|xgrammar/i,
  ],
  [
    "schema",
    /invalid (?:json )?schema for (?:function|tool)|invalid_function_parameters|function_declarations\[\d+\]|\binput_schema\b|\bfunction\.parameters\b/i,
  ],
  ["max_tokens", /max_completion_tokens/],
];

/** Parameters of the OpenAI dialect that a server may refuse by name. */
const PARAMETERS: Feature[] = [
  "stream_options",
  "tool_choice",
  "parallel_tool_calls",
  "response_format",
  "top_k",
];
const REFUSAL =
  /unsupported|not supported|unrecognized|unknown|unexpected|extra (?:inputs|fields)|not permitted|not allowed|only allowed|does not support|invalid (?:parameter|field|argument)/i;

export function featureOf(message: string): Feature | undefined {
  const known = FEATURES.find(([, wording]) => wording.test(message))?.[0];
  if (known !== undefined) return known;
  return REFUSAL.test(message) ? PARAMETERS.find((name) => message.includes(name)) : undefined;
}

export function isBilling(message: string, type: string): boolean {
  return (
    /insufficient_quota|billing/i.test(type) ||
    /exceeded your current quota|insufficient (?:credits|balance|funds)/i.test(message)
  );
}

export function isUnknownModel(status: number, message: string, type: string): boolean {
  if (type === "model_not_found") return true;
  const named = /\bmodel\b/i.test(message);
  if (status === 404) return named;
  return (
    status === 400 &&
    named &&
    /does not exist|not found|not a valid model|invalid model name|unknown model/i.test(message)
  );
}

import type { Dialect } from "./delta.ts";

/**
 * How much of a tool's input schema the upstream takes: all of it, all but `pattern`s, or the structure alone (types,
 * members, alternatives, values). What it does not take stands in the tool's description.
 */
export type SchemaDetail = "full" | "no-patterns" | "structure";

/**
 * What is known of one model on one upstream. Every "depends" of the translator is one of
 * these; they come from probing, from a learned refusal or from `--set`, never from a model's name.
 */
export interface ModelFlags {
  dialect: Dialect;
  /** Which field limits the output (OpenAI dialect). */
  maxTokensField: "max_tokens" | "max_completion_tokens";
  /** Field that carries reasoning back to the model in history, or null when it takes none. */
  reasoningField: "reasoning" | "reasoning_content" | "thinking" | null;
  tools: boolean;
  /** The upstream honours `tool_choice`. */
  toolChoice: boolean;
  /** The upstream honours `parallel_tool_calls`. */
  parallelFlag: boolean;
  topK: boolean;
  /** How a system message in mid-conversation is rendered. */
  midSystem: "native" | "fold" | "refuse";
  /** The upstream continues a trailing assistant message. */
  prefill: boolean;
  vision: boolean;
  /** The upstream reads WebP images; GIF none does reliably. */
  webp: boolean;
  /** Images may stand on tool messages. */
  toolImages: boolean;
  thinking: "none" | "bool" | "levels" | "always";
  /** The upstream takes a JSON schema for its answer. */
  structured: boolean;
  toolSchemas: SchemaDetail;
  /** Tools (`toolKey`) whose schema the upstream takes in no form: it is text alone. */
  opaqueTools: readonly string[];
  /** The upstream accepts `stream_options.include_usage` (OpenAI dialect). */
  usageInStream: boolean;
  /** Content may begin with `<think>`. */
  thinkTags: boolean;
  /** Tokens; null when unknown. */
  contextWindow: number | null;
  /** A prompt that is longer than the context is cut without a word, not refused. */
  cutsPrompts: boolean;
  /** The server only passes requests on to another host (Ollama's cloud models), which may send a bill. */
  remote: boolean;
  /** Tokens; null when unknown. */
  maxOutput: number | null;
  /** How long Ollama keeps the model loaded after an answer: `30m`, seconds, -1 for ever. Null: as the server is set. */
  keepAlive: string | number | null;
}

/** What is assumed of a model before anything was learned of it. */
export function defaultFlags(dialect: Dialect): ModelFlags {
  const ollama = dialect === "ollama";
  return {
    dialect,
    maxTokensField: "max_tokens",
    reasoningField: ollama ? "thinking" : null,
    tools: true,
    toolChoice: !ollama,
    parallelFlag: !ollama,
    topK: ollama,
    midSystem: "fold",
    prefill: false,
    vision: true,
    webp: true,
    toolImages: false,
    thinking: "bool",
    structured: true,
    toolSchemas: "full",
    opaqueTools: [],
    usageInStream: true,
    thinkTags: true,
    contextWindow: null,
    cutsPrompts: false,
    remote: false,
    maxOutput: null,
    keepAlive: null,
  };
}

/** What is known of a provider before anybody asked it. */
export interface Preset {
  /** The language it is spoken to in. */
  protocol: "ollama" | "openai" | "anthropic";
  baseUrl: string;
  /** Environment variables that its own tools read its key from; the first that is set counts. */
  keys: readonly [string, ...string[]];
  /** It does nothing without a key. */
  keyRequired: boolean;
}

type PresetName =
  | "ollama"
  | "openai"
  | "anthropic"
  | "openrouter"
  | "groq"
  | "google"
  | "lmstudio"
  | "vllm"
  | "llamacpp";

/**
 * The providers that `claude-bridge` knows by name: only where they are and what opens them. What their
 * models can do is asked, never written down.
 *
 * Sources: https://docs.ollama.com/api, https://platform.openai.com/docs/api-reference,
 * https://docs.anthropic.com/en/api/overview, https://openrouter.ai/docs/quickstart,
 * https://console.groq.com/docs/openai, https://ai.google.dev/gemini-api/docs/openai,
 * https://lmstudio.ai/docs/developer/openai-compat (authentication: `LM_API_TOKEN`),
 * https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html,
 * https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md
 */
export const PRESETS: Readonly<Record<PresetName, Preset>> = {
  ollama: {
    protocol: "ollama",
    baseUrl: "http://localhost:11434",
    keys: ["OLLAMA_API_KEY"],
    keyRequired: false,
  },
  openai: {
    protocol: "openai",
    baseUrl: "https://api.openai.com/v1",
    keys: ["OPENAI_API_KEY"],
    keyRequired: true,
  },
  anthropic: {
    protocol: "anthropic",
    baseUrl: "https://api.anthropic.com",
    keys: ["ANTHROPIC_API_KEY"],
    keyRequired: true,
  },
  openrouter: {
    protocol: "openai",
    baseUrl: "https://openrouter.ai/api/v1",
    keys: ["OPENROUTER_API_KEY"],
    keyRequired: true,
  },
  groq: {
    protocol: "openai",
    baseUrl: "https://api.groq.com/openai/v1",
    keys: ["GROQ_API_KEY"],
    keyRequired: true,
  },
  google: {
    protocol: "openai",
    baseUrl: "https://generativelanguage.googleapis.com/v1beta/openai",
    keys: ["GEMINI_API_KEY", "GOOGLE_API_KEY"],
    keyRequired: true,
  },
  lmstudio: {
    protocol: "openai",
    baseUrl: "http://localhost:1234/v1",
    keys: ["LM_API_TOKEN"],
    keyRequired: false,
  },
  vllm: {
    protocol: "openai",
    baseUrl: "http://localhost:8000/v1",
    keys: ["VLLM_API_KEY"],
    keyRequired: false,
  },
  llamacpp: {
    protocol: "openai",
    baseUrl: "http://localhost:8080/v1",
    keys: ["LLAMA_API_KEY"],
    keyRequired: false,
  },
};

/** Null when no provider has that name. */
export function presetNamed(name: string): Preset | null {
  return Object.hasOwn(PRESETS, name) ? PRESETS[name as PresetName] : null;
}

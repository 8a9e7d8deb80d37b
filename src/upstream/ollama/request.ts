/**
 * The request of `POST /api/chat`, as far as the bridge uses it.
 * Source: https://github.com/ollama/ollama/blob/main/docs/api.md#generate-a-chat-completion
 */
export interface OllamaRequest {
  model: string;
  messages: OllamaMessage[];
  stream: true;
  /** Explicit: left out, a thinking model thinks. */
  think: boolean | "low" | "medium" | "high";
  /** False: a prompt that does not fit is an error, not silently cut. */
  truncate: false;
  /** False: the answer ends with `length` when the context is full, instead of forgetting its start. */
  shift: false;
  keep_alive?: string | number;
  tools?: OllamaTool[];
  /** JSON schema of the answer. */
  format?: unknown;
  options: OllamaOptions;
}

export interface OllamaOptions {
  /** Tokens. Another value than the loaded model's makes the server load it again. */
  num_ctx?: number;
  num_predict: number;
  temperature?: number;
  top_p?: number;
  top_k?: number;
}

export type OllamaMessage =
  | { role: "system"; content: string }
  /** `images`: base64 without a prefix. */
  | { role: "user"; content: string; images?: string[] }
  | { role: "assistant"; content: string; thinking?: string; tool_calls?: OllamaCall[] }
  | { role: "tool"; content: string; tool_name: string; tool_call_id: string; images?: string[] };

export interface OllamaCall {
  id: string;
  /** `arguments` is an object, never its text. */
  function: { name: string; arguments: Record<string, unknown> };
}

export interface OllamaTool {
  type: "function";
  function: { name: string; description?: string; parameters: unknown };
}

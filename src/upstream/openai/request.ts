/**
 * The request of `POST …/chat/completions`, as far as the bridge uses it. Nothing but these keys
 * ever goes upstream: servers refuse or, worse, obey the unknown ones.
 * Source: https://platform.openai.com/docs/api-reference/chat/create
 */
export interface OpenAiRequest {
  model: string;
  messages: OpenAiMessage[];
  stream: true;
  stream_options?: { include_usage: true };
  max_tokens?: number;
  max_completion_tokens?: number;
  temperature?: number;
  top_p?: number;
  top_k?: number;
  tools?: OpenAiTool[];
  tool_choice?: "auto" | "none" | "required" | { type: "function"; function: { name: string } };
  parallel_tool_calls?: boolean;
  reasoning_effort?: "none" | "low" | "medium" | "high";
  response_format?: {
    type: "json_schema";
    json_schema: { name: string; schema: unknown; strict: boolean };
  };
}

export type OpenAiPart =
  | { type: "text"; text: string }
  /** `url` is a data URL. */
  | { type: "image_url"; image_url: { url: string } };

export type OpenAiMessage =
  | { role: "system"; content: string }
  | { role: "user"; content: string | OpenAiPart[] }
  | {
      role: "assistant";
      content: string;
      reasoning?: string;
      reasoning_content?: string;
      tool_calls?: OpenAiCall[];
    }
  | { role: "tool"; tool_call_id: string; content: string | OpenAiPart[] };

export interface OpenAiCall {
  id: string;
  type: "function";
  /** `arguments` is the JSON text of an object. */
  function: { name: string; arguments: string };
}

export interface OpenAiTool {
  type: "function";
  function: { name: string; description?: string; parameters: unknown; strict?: true };
}

/**
 * The front language: the parts of Anthropic's Messages API that the bridge reads and writes.
 * Source: https://docs.anthropic.com/en/api/messages and the types of `@anthropic-ai/sdk`.
 */

export interface TextBlock {
  type: "text";
  text: string;
}

export type BlockSource =
  | { type: "base64"; media_type: string; data: string }
  | { type: "url"; url: string }
  | { type: "file"; file_id: string }
  | { type: "text"; media_type: string; data: string }
  | { type: "content"; content: string | ContentBlock[] };

export interface ImageBlock {
  type: "image";
  source: BlockSource;
}

export interface DocumentBlock {
  type: "document";
  source: BlockSource;
  title?: string | null;
  context?: string | null;
}

export interface ThinkingBlock {
  type: "thinking";
  thinking: string;
  signature?: string;
}

export interface ToolUseBlock {
  type: "tool_use";
  id: string;
  name: string;
  input: Record<string, unknown>;
}

export interface ToolResultBlock {
  type: "tool_result";
  tool_use_id: string;
  content?: string | ContentBlock[];
  is_error?: boolean;
}

export interface ToolReferenceBlock {
  type: "tool_reference";
  tool_name: string;
}

export interface SearchResultBlock {
  type: "search_result";
  source: string;
  title: string;
  content: TextBlock[];
}

/** A block whose type is known to the API but which the bridge only renders as text or omits. */
export interface OtherBlock {
  type:
    | "redacted_thinking"
    | "server_tool_use"
    | "web_search_tool_result"
    | "web_fetch_tool_result"
    | "code_execution_tool_result"
    | "bash_code_execution_tool_result"
    | "text_editor_code_execution_tool_result"
    | "tool_search_tool_result"
    | "mcp_tool_use"
    | "mcp_tool_result"
    | "mcp_tool_listing"
    | "advisor_tool_result"
    | "compaction"
    | "fallback"
    | "browser_state"
    | "container_upload"
    | "tool_addition"
    | "tool_removal";
  [key: string]: unknown;
}

export type ContentBlock =
  | TextBlock
  | ImageBlock
  | DocumentBlock
  | ThinkingBlock
  | ToolUseBlock
  | ToolResultBlock
  | ToolReferenceBlock
  | SearchResultBlock
  | OtherBlock;

export interface Message {
  role: "user" | "assistant" | "system";
  content: string | ContentBlock[];
}

export interface ToolDefinition {
  name: string;
  description?: string;
  /** Absent on server tools, which are recognised by `type`. */
  input_schema?: Record<string, unknown>;
  type?: string | null;
  defer_loading?: boolean;
  strict?: boolean;
  [key: string]: unknown;
}

export type ToolChoice =
  | { type: "auto"; disable_parallel_tool_use?: boolean }
  | { type: "any"; disable_parallel_tool_use?: boolean }
  | { type: "tool"; name: string; disable_parallel_tool_use?: boolean }
  | { type: "none" };

export type Effort = "low" | "medium" | "high" | "xhigh" | "max";

export interface ThinkingConfig {
  type: "enabled" | "disabled" | "adaptive" | "between_tools";
  budget_tokens?: number;
  display?: "summarized" | "omitted" | "updates" | null;
}

/** A request body after validation: required fields are there and have the right types. */
export interface MessagesRequest {
  model: string;
  max_tokens: number;
  messages: Message[];
  system?: string | TextBlock[];
  stream?: boolean | null;
  temperature?: number;
  top_p?: number;
  top_k?: number;
  stop_sequences?: string[];
  tools?: ToolDefinition[];
  tool_choice?: ToolChoice;
  thinking?: ThinkingConfig;
  output_config?: { effort?: Effort; format?: { type: "json_schema"; schema: Record<string, unknown> } };
  [key: string]: unknown;
}

export type StopReason =
  | "end_turn"
  | "max_tokens"
  | "stop_sequence"
  | "tool_use"
  | "pause_turn"
  | "refusal"
  | "model_context_window_exceeded";

/** Token counts of an answer. `null` means not known; never 0 for a non-empty prompt. */
export interface Usage {
  input_tokens: number;
  output_tokens: number;
  cache_creation_input_tokens: number | null;
  cache_read_input_tokens: number | null;
  cache_creation: null;
  output_tokens_details: { thinking_tokens: number } | null;
  server_tool_use: { web_search_requests: number; web_fetch_requests: number } | null;
  service_tier: null;
  inference_geo: null;
}

export type AnswerBlock =
  | { type: "text"; text: string; citations: null }
  | { type: "thinking"; thinking: string; signature: string }
  | { type: "tool_use"; id: string; name: string; input: unknown; caller: { type: "direct" } }
  | { type: "server_tool_use"; id: string; name: string; input: unknown; caller: { type: "direct" } }
  | {
      type: "web_search_tool_result" | "web_fetch_tool_result";
      tool_use_id: string;
      content: unknown;
      caller: { type: "direct" };
    };

export interface Answer {
  id: string;
  type: "message";
  role: "assistant";
  model: string;
  content: AnswerBlock[];
  stop_reason: StopReason | null;
  stop_sequence: string | null;
  stop_details: { type: "refusal"; category: null; explanation: string | null } | null;
  container: null;
  diagnostics: null;
  context_management: { applied_edits: unknown[] } | null;
  usage: Usage;
}

export type BlockDelta =
  | { type: "text_delta"; text: string }
  | { type: "thinking_delta"; thinking: string }
  | { type: "signature_delta"; signature: string }
  | { type: "input_json_delta"; partial_json: string };

export type MessageEvent =
  | { type: "message_start"; message: Answer }
  | { type: "content_block_start"; index: number; content_block: AnswerBlock }
  | { type: "content_block_delta"; index: number; delta: BlockDelta }
  | { type: "content_block_stop"; index: number }
  | {
      type: "message_delta";
      delta: Pick<Answer, "stop_reason" | "stop_sequence" | "stop_details" | "container">;
      context_management: Answer["context_management"];
      usage: Partial<Usage> & { output_tokens: number };
    }
  | { type: "message_stop" }
  | { type: "ping" }
  | { type: "error"; error: { type: ErrorType; message: string; details?: unknown }; request_id: string };

export type ErrorType =
  | "invalid_request_error"
  | "authentication_error"
  | "billing_error"
  | "permission_error"
  | "not_found_error"
  | "request_too_large"
  | "rate_limit_error"
  | "timeout_error"
  | "api_error"
  | "overloaded_error";

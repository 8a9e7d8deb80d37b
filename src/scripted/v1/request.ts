import type { Chat, ChatMessage } from "../engine/engine.ts";
import { goArguments } from "../go-value.ts";
import { bindStruct, type Field, textOf } from "../go-bind.ts";
import { decodeFirst } from "../go-decode.ts";
import { BindFailure } from "../http/failure.ts";
import { bindTools } from "../ollama/tools.ts";
import type { Flavour } from "../options.ts";

/** A body of `POST /v1/chat/completions`. */
export interface V1Chat {
  model: string;
  stream: boolean;
  includeUsage: boolean;
  /** `"none"` disarms the tools on the plain flavour; Ollama ignores it. */
  toolChoice: unknown;
  parallel: boolean;
  /** Ollama ignores it; the plain flavour prefers it to `max_tokens`. */
  maxCompletionTokens: number | undefined;
  chat: Chat;
}

const FIELDS: Record<string, Field> = {
  model: { kind: "string", type: "string" },
  messages: { kind: "array", type: "[]openai.Message" },
  stream: { kind: "bool", type: "bool" },
  stream_options: { kind: "object", type: "openai.StreamOptions" },
  max_tokens: { kind: "number", type: "int" },
  max_completion_tokens: { kind: "number", type: "int" },
  tools: { kind: "array", type: "[]api.Tool" },
};

/**
 * Throws `BindFailure` (400) in the words of Ollama's OpenAI middleware. The plain flavour takes what
 * that middleware refuses and other servers do not: images by address or of any type, files, and
 * broken arguments in the history.
 */
export function readV1Chat(body: string, flavour: Flavour): V1Chat {
  const value = decodeFirst(body, { empty: "EOF" });
  const fields = bindStruct(value, "ChatCompletionRequest", "openai.ChatCompletionRequest", FIELDS);
  const messages = (fields["messages"] ?? []) as Record<string, unknown>[];
  if (messages.length === 0) throw new BindFailure("[] is too short - 'messages'");
  const streamOptions = fields["stream_options"] as { include_usage?: boolean } | undefined;
  const numPredict = (fields["max_tokens"] ?? undefined) as number | undefined;
  return {
    model: textOf(fields["model"]),
    stream: fields["stream"] === true,
    includeUsage: streamOptions?.include_usage === true,
    toolChoice: fields["tool_choice"],
    maxCompletionTokens: (fields["max_completion_tokens"] ?? undefined) as number | undefined,
    parallel: fields["parallel_tool_calls"] !== false,
    chat: {
      messages: messages.flatMap((message) => readMessage(message, READERS[flavour])),
      tools: bindTools(fields["tools"]),
      think: readEffort(fields),
      format: readFormat(fields["response_format"]),
      stop: [fields["stop"] ?? []].flat().map(String),
      numPredict,
      numCtx: undefined,
      truncate: true,
      shift: true,
    },
  };
}

interface Readers {
  part(part: Record<string, unknown>): { content: string; images?: number };
  arguments(text: string): unknown;
}

const READERS: Record<Flavour, Readers> = {
  ollama: { part: readPart, arguments: readArguments },
  openai: { part: readAnyPart, arguments: (text) => text },
};

function readMessage(message: Record<string, unknown>, read: Readers): ChatMessage[] {
  const role = textOf(message["role"]);
  const toolCalls = ((message["tool_calls"] ?? []) as { function?: Record<string, unknown> }[]).map(
    (call) => ({
      name: textOf(call.function?.["name"]),
      arguments: read.arguments(textOf(call.function?.["arguments"])),
    }),
  );
  const thinking = textOf(message["reasoning"]);
  const { content } = message;
  if (typeof content === "string") return [{ role, content, thinking, toolCalls }];
  if (Array.isArray(content)) {
    const parts = content.map((part: Record<string, unknown>) => ({ role, ...read.part(part) }));
    return toolCalls.length > 0 ? [...parts, { role, content: "", toolCalls }] : parts;
  }
  if (toolCalls.length > 0) return [{ role, content: "", thinking, toolCalls }];
  throw new BindFailure(`invalid message content type: ${goType(content)}`);
}

function readArguments(text: string): unknown {
  try {
    return goArguments(JSON.parse(text) as unknown, () => text);
  } catch {
    throw new BindFailure("invalid tool call arguments");
  }
}

function readPart(part: Record<string, unknown>): { content: string; images?: number } {
  if (part["type"] === "text") return { content: textOf(part["text"]) };
  if (part["type"] !== "image_url") throw new BindFailure("invalid message format");
  const image = part["image_url"] as { url?: string } | string | undefined;
  const url = typeof image === "string" ? image : (image?.url ?? "");
  if (/^https?:/u.test(url)) {
    throw new BindFailure("image URLs are not currently supported, please use base64 encoded data instead");
  }
  const known = /^data:(?:image\/(?:jpeg|jpg|png|webp))?;base64,[A-Za-z0-9+/]+={0,2}$/u.test(url);
  if (!known) throw new BindFailure("invalid image input");
  return { content: "", images: 1 };
}

function readAnyPart(part: Record<string, unknown>): { content: string; images?: number } {
  if (part["type"] === "image_url") return { content: "", images: 1 };
  return { content: textOf(part["text"]) };
}

function goType(value: unknown): string {
  if (value === null || value === undefined) return "<nil>";
  if (typeof value === "number") return "float64";
  return typeof value === "boolean" ? "bool" : "map[string]interface {}";
}

function readEffort(fields: Record<string, unknown>): boolean | undefined {
  const reasoning = fields["reasoning"] as { effort?: unknown } | undefined;
  const effort = fields["reasoning_effort"] ?? reasoning?.effort;
  if (effort === undefined || effort === null || effort === "") return undefined;
  return effort !== "none";
}

function readFormat(format: unknown): unknown {
  const { type, json_schema: named } = (format ?? {}) as {
    type?: string;
    json_schema?: { schema?: unknown };
  };
  if (type === "json_object") return "json";
  return type === "json_schema" ? named?.schema : undefined;
}

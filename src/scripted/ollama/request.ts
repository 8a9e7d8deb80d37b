import type { Chat, ChatMessage, ChatTool } from "../engine/engine.ts";
import { bindStruct, type Field, textOf } from "../go-bind.ts";
import { decodeFirst } from "../go-decode.ts";
import { sliceJson } from "../../wire/json.ts";
import { goJson } from "../go-json.ts";
import { goArguments, NumberTooLarge } from "../go-value.ts";
import { BindFailure, HttpFailure } from "../http/failure.ts";
import { bindTools } from "./tools.ts";

/** A body of `POST /api/chat`. */
export interface OllamaChat {
  model: string;
  stream: boolean;
  chat: Chat;
  /** Seconds; undefined: the server's five minutes. Negative: for ever. */
  keepAlive: number | undefined;
  /** Ollama's undocumented `_debug_render_only`: answer with the prompt, do not run the model. */
  renderOnly: boolean;
}

const MESSAGE: Record<string, Field> = {
  role: { kind: "string", type: "string" },
  content: { kind: "string", type: "string" },
  thinking: { kind: "string", type: "string" },
  images: { kind: "array", type: "[]api.ImageData" },
  tool_calls: { kind: "array", type: "[]api.ToolCall" },
  tool_name: { kind: "string", type: "string" },
  tool_call_id: { kind: "string", type: "string" },
};

const CHAT: Record<string, Field> = {
  model: { kind: "string", type: "string" },
  messages: { kind: "array", type: "[]api.Message", fields: MESSAGE },
  stream: { kind: "bool", type: "bool" },
  tools: { kind: "array", type: "api.Tools" },
  options: { kind: "object", type: "map[string]interface {}" },
  truncate: { kind: "bool", type: "bool" },
  shift: { kind: "bool", type: "bool" },
};

/** Throws `BindFailure` (400) on what Go's decoder refuses. */
export function readOllamaChat(body: string): OllamaChat {
  const value = decodeFirst(body, { empty: "missing request body" });
  const fields = bindStruct(value, "ChatRequest", "api.ChatRequest", CHAT);
  const messages = ((fields["messages"] ?? []) as Record<string, unknown>[]).map((message, n) =>
    readMessage(message, (path) => sliceJson(body, ["messages", n, ...path]) ?? "{}"),
  );
  const options = (fields["options"] ?? {}) as Record<string, unknown>;
  return {
    model: textOf(fields["model"]),
    stream: fields["stream"] !== false,
    renderOnly: fields["_debug_render_only"] === true,
    keepAlive: readKeepAlive(fields["keep_alive"]),
    chat: {
      messages,
      tools: bindTools(fields["tools"]) satisfies ChatTool[],
      think: readThink(fields["think"]),
      format: fields["format"],
      ...readOptions(options),
      truncate: fields["truncate"] !== false,
      shift: fields["shift"] !== false,
    },
  };
}

/** @param textOfPath the JSON of something within the message, as it was sent */
function readMessage(
  message: Record<string, unknown>,
  textOfPath: (path: (string | number)[]) => string,
): ChatMessage {
  const images = (message["images"] ?? []) as unknown[];
  images.forEach(checkBase64);
  const calls = (message["tool_calls"] ?? []) as { function?: { name?: string; arguments?: unknown } }[];
  return {
    role: textOf(message["role"]),
    content: textOf(message["content"]),
    thinking: textOf(message["thinking"]),
    images: images.length,
    toolCalls: calls.map((call, n) => {
      if (typeof call.function?.arguments === "string") {
        throw new BindFailure("Value looks like object, but can't find closing '}' symbol");
      }
      const path = ["tool_calls", n, "function", "arguments"];
      return {
        name: call.function?.name ?? "",
        arguments: readArguments(call.function?.arguments ?? {}, () => textOfPath(path)),
      };
    }),
  };
}

function readArguments(value: unknown, text: () => string): unknown {
  try {
    return goArguments(value, text);
  } catch (error) {
    if (!(error instanceof NumberTooLarge)) throw error;
    const field = "ChatRequest.messages.tool_calls.function.arguments";
    throw new BindFailure(`json: ${error.message} into Go struct field ${field} of type float64`);
  }
}

function checkBase64(image: unknown): void {
  const text = String(image);
  const illegal = text.search(/[^A-Za-z0-9+/=\r\n]/u);
  const at = illegal === -1 && text.length % 4 !== 0 ? text.length : illegal;
  if (at !== -1) throw new BindFailure(`illegal base64 data at input byte ${at}`);
}

const LEVELS = '"high", "medium", "low", "max", true, or false';

function readThink(value: unknown): boolean | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "boolean") return value;
  if (typeof value !== "string") throw new BindFailure(`think must be a boolean or string (${LEVELS})`);
  if (["high", "medium", "low", "max"].includes(value)) return true;
  throw new BindFailure(`invalid think value: "${value}" (must be ${LEVELS})`);
}

/** Seconds, from a number or a Go duration such as `5m`. */
function readKeepAlive(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number") return value;
  const text = textOf(value);
  const units: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600 };
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/gu)];
  const sign = text.startsWith("-") ? -1 : 1;
  if (parts.map((part) => part[0]).join("") !== text.replace(/^-/u, "") || parts.length === 0) {
    throw new BindFailure(`time: invalid duration ${goJson(text)}`);
  }
  return sign * parts.reduce((total, part) => total + Number(part[1]) * (units[part[2] ?? "s"] ?? 1), 0);
}

type OptionFields = Pick<Chat, "stop" | "numPredict" | "numCtx">;

function readOptions(options: Record<string, unknown>): OptionFields {
  return {
    stop: Array.isArray(options["stop"]) ? options["stop"].map(String) : [],
    numPredict: numberOption(options["num_predict"]),
    numCtx: numberOption(options["num_ctx"]),
  };
}

function numberOption(value: unknown): number | undefined {
  return typeof value === "number" ? Math.trunc(value) : undefined;
}

const INTEGERS = new Set([
  "num_ctx",
  "num_predict",
  "num_keep",
  "seed",
  "top_k",
  "num_batch",
  "num_gpu",
  "num_thread",
]);
const FLOATS = new Set([
  "temperature",
  "top_p",
  "min_p",
  "repeat_penalty",
  "presence_penalty",
  "frequency_penalty",
]);

/** What Ollama checks only once it has the model: the types of options, and the format. Throws 500s. */
export function checkOptions(body: string): void {
  const { options, format } = decodeFirst(body, { empty: "" }) as Record<string, unknown>;
  for (const [name, value] of Object.entries((options ?? {}) as Record<string, unknown>)) {
    const type = INTEGERS.has(name) ? "integer" : FLOATS.has(name) ? "float32" : null;
    if (type !== null && typeof value !== "number") {
      throw new HttpFailure(500, `option "${name}" must be of type ${type}`);
    }
  }
  const plain = format === undefined || format === null || format === "" || format === "json";
  if (plain || (typeof format === "object" && !Array.isArray(format))) return;
  const shown = goJson(goJson(format));
  throw new HttpFailure(500, `invalid format: ${shown}; expected "json" or a valid JSON Schema object`);
}

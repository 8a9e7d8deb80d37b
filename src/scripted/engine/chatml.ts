import { membersOf, sorted } from "../go-json.ts";
import type { Chat, ChatMessage, ChatTool } from "./engine.ts";

/** The words around the tools, and how JSON within them and within calls is written. */
export interface ToolWords {
  before: string;
  after: string;
  number(value: number): string;
  escape(json: string): string;
}

/** Those of the chat template in the scripted GGUF. */
const TEMPLATE_WORDS: ToolWords = {
  before: "# Tools\n\nCall one or more of these functions:\n<tools>",
  after:
    '\n</tools>\n\nReturn each call as JSON in tags:\n<tool_call>\n{"name": <name>, "arguments": <object>}\n</tool_call>',
  number: jinjaNumber,
  escape: (json) => json,
};

/** As llama.cpp's `tojson`: what fits 64 bits is an integer, with no sign of zero. */
function jinjaNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 63) return BigInt(value).toString();
  const size = Math.abs(value);
  const text = size >= 1e16 || size < 1e-4 ? value.toExponential() : String(value);
  return text.replace(/e([+-])(\d)$/u, "e$10$2");
}

/** What the chat template in the scripted GGUF makes of a chat. Thinking of the history never reaches it. */
export function renderChatml(chat: Chat, words: ToolWords = TEMPLATE_WORDS): string {
  const [first, ...rest] = chat.messages;
  const system = first?.role === "system" ? first.content : null;
  const body = system === null ? chat.messages : rest;
  return `${head(system, chat.tools, words)}${body.map((one) => renderMessage(one, words)).join("")}<|im_start|>assistant\n`;
}

function head(system: string | null, tools: readonly ChatTool[], words: ToolWords): string {
  if (tools.length === 0) return system === null ? "" : turn("system", system);
  const list = tools.map(
    (tool) => `\n${words.escape(spaced({ type: "function", function: reduced(tool) }, words))}`,
  );
  return turn(
    "system",
    `${system === null ? "" : `${system}\n\n`}${words.before}${list.join("")}${words.after}`,
  );
}

function renderMessage({ role, content, toolCalls = [] }: ChatMessage, words: ToolWords): string {
  if (role === "tool") return turn("user", `<tool_response>\n${content}\n</tool_response>`);
  const calls = toolCalls.map((call, i) => {
    const gap = i > 0 || content !== "" ? "\n" : "";
    return `${gap}<tool_call>\n{"name": "${call.name}", "arguments": ${words.escape(spaced(call.arguments, words))}}\n</tool_call>`;
  });
  return turn(role, content + calls.join(""));
}

function turn(role: string, text: string): string {
  return `<|im_start|>${role}\n${text}<|im_end|>\n`;
}

function reduced({ name, description, parameters }: ChatTool): unknown {
  const { type, $defs, items, required, properties } = parameters;
  return {
    name,
    description,
    parameters: {
      type,
      $defs: sorted($defs),
      items: sorted(items),
      required,
      properties: reducedProperties(properties) ?? {},
    },
  };
}

function reducedProperties(properties: unknown): Record<string, unknown> | undefined {
  if (typeof properties !== "object" || properties === null) return undefined;
  return Object.fromEntries(
    Object.entries(properties).map(([key, schema]) => [
      key,
      reducedProperty(schema as Record<string, unknown>),
    ]),
  );
}

function reducedProperty(schema: Record<string, unknown>): unknown {
  const { anyOf, type, items, description, enum: values, properties, required } = schema;
  const below = reducedProperties(properties);
  return { anyOf, type, items: sorted(items), description, enum: values, properties: below, required };
}

/** JSON with a space behind commas and colons, as jinja's `tojson` writes it. */
function spaced(value: unknown, words: ToolWords): string {
  if (typeof value === "number") return words.number(value);
  if (Array.isArray(value)) return `[${value.map((one) => spaced(one, words)).join(", ")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "null";
  const members = membersOf(value).filter(([, child]) => child !== undefined);
  return `{${members.map(([key, child]) => `${JSON.stringify(key)}: ${spaced(child, words)}`).join(", ")}}`;
}

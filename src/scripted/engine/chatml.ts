import { sorted } from "../go-json.ts";
import type { Chat, ChatMessage, ChatTool } from "./engine.ts";

/** The words around the tools, and the property keywords that survive Ollama's own schema type. */
const BEFORE_TOOLS = "# Tools\n\nCall one or more of these functions:\n<tools>";
const AFTER_TOOLS =
  '\n</tools>\n\nReturn each call as JSON in tags:\n<tool_call>\n{"name": <name>, "arguments": <object>}\n</tool_call>';

/** What the chat template in the scripted GGUF makes of a chat. Thinking of the history never reaches it. */
export function renderChatml(chat: Chat): string {
  const [first, ...rest] = chat.messages;
  const system = first?.role === "system" ? first.content : null;
  const body = system === null ? chat.messages : rest;
  return `${head(system, chat.tools)}${body.map(renderMessage).join("")}<|im_start|>assistant\n`;
}

function head(system: string | null, tools: readonly ChatTool[]): string {
  if (tools.length === 0) return system === null ? "" : turn("system", system);
  const list = tools.map((tool) => `\n${spaced({ type: "function", function: reduced(tool) })}`);
  return turn(
    "system",
    `${system === null ? "" : `${system}\n\n`}${BEFORE_TOOLS}${list.join("")}${AFTER_TOOLS}`,
  );
}

function renderMessage({ role, content, toolCalls = [] }: ChatMessage): string {
  if (role === "tool") return turn("user", `<tool_response>\n${content}\n</tool_response>`);
  const calls = toolCalls.map((call, i) => {
    const gap = i > 0 || content !== "" ? "\n" : "";
    return `${gap}<tool_call>\n{"name": "${call.name}", "arguments": ${spaced(call.arguments)}}\n</tool_call>`;
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
function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(", ")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "null";
  const members = Object.entries(value).filter(([, child]) => child !== undefined);
  return `{${members.map(([key, child]) => `${JSON.stringify(key)}: ${spaced(child)}`).join(", ")}}`;
}

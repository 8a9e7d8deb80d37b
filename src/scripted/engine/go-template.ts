import type { ScriptedModelInfo } from "../options.ts";
import { goJson, goJsonSorted, GoObject } from "../go-json.ts";
import type { Chat, ChatMessage, ChatTool } from "./engine.ts";

/** The Modelfile TEMPLATE that the simulated models carry; `renderGoTemplate` is what it does. */
export function goTemplate(model: ScriptedModelInfo): string {
  const system = "{{- if .System }}<|system|>{{ .System }}\n{{ end }}";
  if (!model.capabilities.includes("tools")) {
    return `${system}{{- range .Messages }}<|{{ .Role }}|>{{ .Content }}\n{{ end }}<|assistant|>`;
  }
  const tools =
    '{{- if .Tools }}# Tools\n{{ range .Tools }}{"type": "function", "function": {{ .Function }}}\n{{ end }}{{ end }}';
  const thinking = "{{- if .Thinking }}<think>\n{{ .Thinking }}\n</think>\n\n{{ end }}";
  const calls =
    '{{- if .ToolCalls }}{{ range .ToolCalls }}<tool_call>\n{"name": "{{ .Function.Name }}", "arguments": {{ .Function.Arguments }}}\n</tool_call>{{ end }}{{ end }}';
  const thought = model.capabilities.includes("thinking") ? thinking : "";
  return `${system}${tools}{{- range .Messages }}<|{{ .Role }}|>${thought}{{ .Content }}${calls}\n{{ end }}<|assistant|>`;
}

/** The prompt as Ollama's template engine makes it from a chat. */
export function renderGoTemplate(chat: Chat, model: ScriptedModelInfo): string {
  const messages = mergeRoles(chat.messages);
  const system = messages.filter((message) => message.role === "system").map((message) => message.content);
  const knowsTools = model.capabilities.includes("tools");
  const knowsThinking = model.capabilities.includes("thinking");
  const parts = [system.length > 0 ? `<|system|>${system.join("\n\n")}\n` : ""];
  if (knowsTools && chat.tools.length > 0) parts.push("# Tools\n", ...chat.tools.map(renderTool));
  for (const message of messages) {
    const thinking = knowsThinking && message.thinking ? `<think>\n${message.thinking}\n</think>\n\n` : "";
    const calls = knowsTools ? (message.toolCalls ?? []).map(renderCall).join("") : "";
    parts.push(`<|${message.role}|>${thinking}${imageTags(message)}${message.content}${calls}\n`);
  }
  return `${parts.join("")}<|assistant|>`;
}

/** Messages of one role in a row become one, except tool results and calls. */
function mergeRoles(messages: readonly ChatMessage[]): ChatMessage[] {
  const merged: ChatMessage[] = [];
  for (const message of messages) {
    const last = merged.at(-1);
    if (last === undefined || last.role !== message.role || message.role === "tool") {
      merged.push({ ...message });
      continue;
    }
    last.content = [last.content, message.content].filter((text) => text !== "").join("\n\n");
    last.toolCalls = [...(last.toolCalls ?? []), ...(message.toolCalls ?? [])];
    last.images = (last.images ?? 0) + (message.images ?? 0);
  }
  return merged;
}

function renderTool(tool: ChatTool): string {
  const { type = "object", required, properties, items, $defs } = tool.parameters;
  const names = Array.isArray(required) ? required.join(" ") : "";
  const parameters = [
    type,
    goValue($defs),
    goValue(items),
    `[${names}]`,
    goJson(sortedKeys(properties ?? {})),
  ].join(" ");
  return `{"type": "function", "function": {${tool.name} ${tool.description} {${parameters}}}}\n`;
}

/** Ordered as a Go map is printed; what is below is a struct, in an order of its own. */
function sortedKeys(value: object): GoObject {
  return new GoObject(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** A value inside a printed Go struct. */
function goValue(value: unknown): string {
  return value === undefined || value === null ? "<nil>" : goJson(value);
}

function renderCall(call: { name: string; arguments: unknown }): string {
  return `<tool_call>\n{"name": "${call.name}", "arguments": ${goJsonSorted(call.arguments)}}\n</tool_call>`;
}

function imageTags(message: ChatMessage): string {
  return Array.from({ length: message.images ?? 0 }, (_, i) => `[img-${i}]`).join("");
}

import { jinjaTemplate } from "../engine/jinja-template.ts";

/**
 * What the model's own chat template can do: tools and thinking, tools, or neither. An Ollama ignores a
 * Modelfile's TEMPLATE when the model's own can do more, so for that way of running it takes `plain`.
 */
export type ChatTemplate = "think" | "tools" | "plain";

export const CHAT_TEMPLATES: readonly ChatTemplate[] = ["think", "tools", "plain"];

const PLAIN = [
  String.raw`{%- for message in messages %}`,
  String.raw`{{- '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' }}`,
  String.raw`{%- endfor %}`,
  String.raw`{%- if add_generation_prompt %}{{- '<|im_start|>assistant\n' }}{%- endif %}`,
  "",
].join("\n");

/** The jinja template of a GGUF. Each ends at a token that starts an answer. */
export function chatTemplate(kind: ChatTemplate): string {
  if (kind === "plain") return PLAIN;
  const capabilities = kind === "think" ? (["tools", "thinking"] as const) : (["tools"] as const);
  return jinjaTemplate({ name: "scripted", capabilities });
}

import type { ScriptedModelInfo } from "../options.ts";

const THOUGHT = String.raw`{%- if message.reasoning_content %}{{- '<think>\n' + message.reasoning_content.strip('\n') + '\n</think>\n\n' }}{%- endif %}`;

/** The chat template that the scripted GGUF carries; `renderChatml` is what it does. */
export function jinjaTemplate(model: ScriptedModelInfo): string {
  const thought = model.capabilities.includes("thinking") ? THOUGHT : "";
  return [
    String.raw`{%- if tools %}`,
    String.raw`{{- '<|im_start|>system\n' }}`,
    String.raw`{%- if messages[0].role == 'system' %}{{- messages[0].content + '\n\n' }}{%- endif %}`,
    String.raw`{{- "# Tools\n\nCall one or more of these functions:\n<tools>" }}`,
    String.raw`{%- for tool in tools %}{{- "\n" }}{{- tool | tojson }}{%- endfor %}`,
    String.raw`{{- "\n</tools>\n\nReturn each call as JSON in tags:\n<tool_call>\n{\"name\": <name>, \"arguments\": <object>}\n</tool_call><|im_end|>\n" }}`,
    String.raw`{%- elif messages[0].role == 'system' %}`,
    String.raw`{{- '<|im_start|>system\n' + messages[0].content + '<|im_end|>\n' }}`,
    String.raw`{%- endif %}`,
    String.raw`{%- for message in messages %}`,
    String.raw`{%- if message.role == "user" or (message.role == "system" and not loop.first) %}`,
    String.raw`{{- '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' }}`,
    String.raw`{%- elif message.role == "assistant" %}`,
    String.raw`{{- '<|im_start|>assistant\n' }}${thought}{%- if message.content %}{{- message.content }}{%- endif %}`,
    String.raw`{%- if message.tool_calls %}{%- for tool_call in message.tool_calls %}`,
    String.raw`{%- if not loop.first or message.content %}{{- '\n' }}{%- endif %}`,
    String.raw`{%- if tool_call.function %}{%- set tool_call = tool_call.function %}{%- endif %}`,
    String.raw`{{- '<tool_call>\n{"name": "' }}{{- tool_call.name }}{{- '", "arguments": ' }}{{- tool_call.arguments | tojson }}{{- '}\n</tool_call>' }}`,
    String.raw`{%- endfor %}{%- endif %}`,
    String.raw`{{- '<|im_end|>\n' }}`,
    String.raw`{%- elif message.role == "tool" %}`,
    String.raw`{{- '<|im_start|>user\n<tool_response>\n' + message.content + '\n</tool_response><|im_end|>\n' }}`,
    String.raw`{%- endif %}`,
    String.raw`{%- endfor %}`,
    String.raw`{%- if add_generation_prompt %}{{- '<|im_start|>assistant\n' }}{%- endif %}`,
    "",
  ].join("\n");
}

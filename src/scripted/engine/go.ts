import { LOWER } from "../ids.ts";
import type { ScriptedModelInfo } from "../options.ts";
import { type Chat, type Engine, line, type LineReader } from "./engine.ts";
import { goTemplate, renderGoTemplate } from "./go-template.ts";
import { createGoToolReader } from "./go-tool-reader.ts";
import { createThinkReader } from "./think-reader.ts";

/** The stop strings of a chatml Modelfile. */
export const GO_STOP: readonly string[] = ["<|im_start|>", "<|im_end|>"];

export const GO_NO_VISION: Engine["noVision"] = {
  status: 400,
  message: "Multimodal data provided, but model does not support multimodal requests.",
  type: "invalid_request_error",
};

/** Ollama with a Modelfile TEMPLATE: it renders the prompt and reads thinking and calls itself. */
export const goEngine: Engine = {
  mode: "go",
  render: renderGoTemplate,
  reader: createGoReader,
  describe(model) {
    const template = goTemplate(model);
    const quote = template.includes('"') ? '"""' : '"';
    return { template, modelfile: [`TEMPLATE ${quote}${template}${quote}`] };
  },
  callId: { prefix: "call_", length: 8, alphabet: LOWER },
  cutsRepeats: true,
  badUtf8: null,
  stop: GO_STOP,
  enforcesJson: true,
  noVision: GO_NO_VISION,
  halvesLongPrompts: true,
};

function createGoReader(chat: Chat, model: ScriptedModelInfo): LineReader {
  const thinks = model.capabilities.includes("thinking") && chat.think !== false;
  const thinking = thinks ? createThinkReader() : null;
  const tools = chat.tools.length > 0 ? createGoToolReader(chat.tools.map((tool) => tool.name)) : null;
  return {
    push(text) {
      const thought = thinking?.push(text) ?? { thinking: "", content: text };
      const read = tools?.push(thought.content) ?? { content: thought.content, calls: [] };
      const nothing = read.content === "" && read.calls.length === 0 && thought.thinking === "";
      if (nothing) return [];
      // A line carries text or calls: text wins, and the calls found with it are lost.
      const calls = read.content === "" ? read.calls : [];
      return [line(read.content, { thinking: thought.thinking, calls })];
    },
    end: () => line(""),
  };
}

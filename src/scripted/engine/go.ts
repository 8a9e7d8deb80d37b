import { LOWER } from "../ids.ts";
import type { ScriptedModelInfo } from "../options.ts";
import { type Chat, type Engine, line, type LineReader } from "./engine.ts";
import { renderGoTemplate } from "./go-template.ts";
import { createGoToolReader } from "./go-tool-reader.ts";
import { createThinkReader } from "./think-reader.ts";

/** Ollama with a Modelfile TEMPLATE: it renders the prompt and reads thinking and calls itself. */
export const goEngine: Engine = {
  mode: "go",
  render: renderGoTemplate,
  reader: createGoReader,
  callId: { prefix: "call_", length: 8, alphabet: LOWER },
  cutsRepeats: true,
  tellsRunnerErrors: false,
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

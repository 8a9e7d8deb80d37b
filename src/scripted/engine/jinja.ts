import { sliceJson } from "../../wire/json.ts";
import { goArguments, NumberTooLarge } from "../go-value.ts";
import { ALL } from "../ids.ts";
import type { ScriptedModelInfo } from "../options.ts";
import { overlap } from "../stop-hold.ts";
import { renderChatml } from "./chatml.ts";
import { type Chat, type Engine, EngineFailure, line, type LineReader, type ToolUse } from "./engine.ts";
import { jinjaTemplate } from "./jinja-template.ts";
import { createThinkReader } from "./think-reader.ts";

/** The grammar begins at this text; without the newline the tag is prose. */
const TRIGGER = "<tool_call>\n";

/**
 * Ollama without a TEMPLATE: the runner's chat endpoint renders the model's own jinja template and
 * holds calls to a grammar. All calls come in the last line.
 *
 * A grammar makes a model say something else than its script would; here a script that breaks the
 * grammar ends in the runner's error.
 */
export const jinjaEngine: Engine = {
  mode: "jinja",
  render: (chat) => renderChatml(chat),
  reader: createJinjaReader,
  describe: (model) => ({ template: jinjaTemplate(model), modelfile: ["TEMPLATE {{ .Prompt }}"] }),
  callId: { prefix: "", length: 32, alphabet: ALL },
  cutsRepeats: false,
  badUtf8: chatError("The model produced output that does not match the expected peg-native format"),
  stop: [],
  enforcesJson: false,
  noVision: {
    status: 500,
    message: "image input is not supported - hint: if this is unexpected, you may need to provide the mmproj",
    type: "server_error",
  },
  halvesLongPrompts: false,
};

function createJinjaReader(chat: Chat, model: ScriptedModelInfo): LineReader {
  const thinking = model.capabilities.includes("thinking") ? createThinkReader() : null;
  const names = chat.tools.map((tool) => tool.name);
  let held = "";
  let inCalls = false;

  function content(text: string): string {
    held += text;
    if (names.length === 0) return take(held.length);
    const at = held.indexOf(TRIGGER);
    if (at !== -1) inCalls = true;
    return take(at === -1 ? held.length - overlap(held, TRIGGER) : at);
  }

  function take(length: number): string {
    const text = held.slice(0, length);
    held = held.slice(length);
    return text;
  }

  return {
    push(text) {
      if (inCalls) {
        held += text;
        checkHeads(held, names, text);
        return [];
      }
      const thought = thinking?.push(text) ?? { thinking: "", content: text };
      const read = content(thought.content);
      if (inCalls) checkHeads(held, names, text);
      const thoughts = thought.thinking === "" ? [] : [line("", { thinking: thought.thinking })];
      return read === "" ? thoughts : [...thoughts, line(read)];
    },
    end: () => line("", { calls: inCalls ? readCalls(held) : [] }),
  };
}

const HEAD = /<tool_call>\n\{\s*"name"\s*:\s*"([^"]*)"(.?)/gsu;

/** The grammar takes only declared names, and arguments behind them. Throws `EngineFailure` at the piece that breaks it. */
function checkHeads(text: string, names: readonly string[], piece: string): void {
  for (const [, name = "", next = ","] of text.matchAll(HEAD)) {
    if (names.includes(name) && (next === "," || next === "")) continue;
    throw new EngineFailure(
      chatError(`got exception: Unexpected empty grammar stack after accepting piece: ${piece} (0)`),
    );
  }
}

/** Every call of the text. Throws `EngineFailure` when the last one is not whole. */
function readCalls(text: string): ToolUse[] {
  return text
    .split(TRIGGER)
    .slice(1)
    .map((part) => readCall(part.split("</tool_call>")[0] ?? ""));
}

function readCall(text: string): ToolUse {
  try {
    const { name, arguments: args } = JSON.parse(text) as ToolUse;
    return { name, arguments: goArguments(args, () => sliceJson(text, ["arguments"]) ?? "{}") };
  } catch (error) {
    const name = /"name"\s*:\s*"([^"]*)"/u.exec(text)?.[1] ?? "";
    const why =
      error instanceof NumberTooLarge
        ? `json: ${error.message} into Go value of type float64`
        : "unexpected end of JSON input";
    throw new EngineFailure(`llama-server returned invalid tool call arguments for "${name}": ${why}`);
  }
}

function chatError(message: string): string {
  return `llama-server chat error: map[code:500 message:${message} type:server_error]`;
}

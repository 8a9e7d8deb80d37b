import { sliceJson } from "../../wire/json.ts";
import { decodeFirst } from "../go-decode.ts";
import { escapeJson, write } from "../go-json.ts";
import { goArguments, NumberTooLarge } from "../go-value.ts";
import { BindFailure } from "../http/failure.ts";
import { LOWER } from "../ids.ts";
import type { ScriptedModelInfo } from "../options.ts";
import { overlap } from "../stop-hold.ts";
import { renderChatml, type ToolWords } from "./chatml.ts";
import { type Chat, type Engine, EngineFailure, line, type LineReader, type ToolUse } from "./engine.ts";
import { GO_NO_VISION, GO_STOP } from "./go.ts";
import { createThinkReader } from "./think-reader.ts";

const OPEN = "<tool_call>";
const CLOSE = "</tool_call>";

/** Shown, not used: the renderer decides. */
const CHATML =
  "{{- range .Messages }}<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n{{ end }}<|im_start|>assistant\n";

/** Those of Ollama's renderer `qwen3-vl-instruct`. */
const QWEN_WORDS: ToolWords = {
  before:
    "# Tools\n\nYou may call one or more functions to assist with the user query.\n\nYou are provided with function signatures within <tools></tools> XML tags:\n<tools>",
  after:
    '\n</tools>\n\nFor each function call, return a json object with function name and arguments within <tool_call></tool_call> XML tags:\n<tool_call>\n{"name": <function-name>, "arguments": <args-json-object>}\n</tool_call>',
  number: write,
  escape: escapeJson,
};

/** Ollama with a built-in renderer and parser, here `qwen3`. */
export const parserEngine: Engine = {
  mode: "parser",
  render: (chat) => renderChatml(chat, QWEN_WORDS),
  reader: createParserReader,
  describe: () => ({
    template: CHATML,
    modelfile: [`TEMPLATE "${CHATML}"`, "RENDERER qwen3-vl-instruct", "PARSER qwen3"],
  }),
  callId: { prefix: "call_", length: 8, alphabet: LOWER },
  cutsRepeats: true,
  badUtf8: null,
  stop: GO_STOP,
  enforcesJson: true,
  noVision: GO_NO_VISION,
  halvesLongPrompts: true,
};

/**
 * White space at the end of a text waits for more text and is lost before a call and at the end.
 * What one token completes comes in one line, text that stands behind a call too.
 *
 * Observed: chat-parser-qwen3-*. A model that thinks was not.
 */
function createParserReader(chat: Chat, model: ScriptedModelInfo): LineReader {
  const thinks = model.capabilities.includes("thinking") && chat.think !== false;
  const thinking = thinks ? createThinkReader() : null;
  let held = "";
  let inCall = false;
  let behindCall = false;

  function readText(): string {
    if (behindCall) held = held.trimStart();
    const at = held.indexOf(OPEN);
    const end = at === -1 ? held.length - overlap(held, OPEN) : at;
    const text = held.slice(0, end).trimEnd();
    held = at === -1 ? held.slice(text.length) : held.slice(at + OPEN.length);
    inCall = at !== -1;
    if (text !== "") behindCall = false;
    return text;
  }

  function readCall(): ToolUse | null {
    const end = held.indexOf(CLOSE);
    if (end === -1) return null;
    const call = parseCall(held.slice(0, end).trim());
    held = held.slice(end + CLOSE.length);
    inCall = false;
    behindCall = true;
    return call;
  }

  return {
    push(text) {
      const thought = thinking?.push(text) ?? { thinking: "", content: text };
      held += thought.content;
      let content = "";
      const calls: ToolUse[] = [];
      for (;;) {
        if (!inCall) content += readText();
        const call = inCall ? readCall() : null;
        if (call === null) break;
        calls.push(call);
      }
      if (content === "" && calls.length === 0 && thought.thinking === "") return [];
      return [line(content, { calls, thinking: thought.thinking })];
    },
    end: () => line(""),
  };
}

/** Throws `EngineFailure` in Go's words. */
function parseCall(text: string): ToolUse {
  try {
    const { name = "", arguments: args = {} } = decodeFirst(text, {
      empty: "unexpected EOF",
    }) as Partial<ToolUse>;
    if (args !== null && (typeof args !== "object" || Array.isArray(args)))
      throw new BindFailure("Value looks like object, but can't find closing '}' symbol");
    return { name, arguments: goArguments(args, () => sliceJson(text, ["arguments"]) ?? "{}") };
  } catch (error) {
    if (error instanceof NumberTooLarge)
      throw new EngineFailure(
        `failed to parse JSON: json: ${error.message} into Go struct field .arguments of type float64`,
      );
    if (!(error instanceof BindFailure)) throw error;
    const message = error.message === "unexpected EOF" ? "unexpected end of JSON input" : error.message;
    throw new EngineFailure(`failed to parse JSON: ${message}`);
  }
}

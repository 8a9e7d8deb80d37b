import type { ScriptedModelInfo } from "../options.ts";
import type { EngineMode } from "../script.ts";

/** A chat request after its dialect is taken off. */
export interface Chat {
  messages: readonly ChatMessage[];
  tools: readonly ChatTool[];
  /** What the client asked for; undefined leaves it to the model. */
  think: boolean | undefined;
  /** `"json"` or a JSON Schema. */
  format: unknown;
  stop: readonly string[];
  /** Tokens; negative or undefined means no limit of the client's. */
  numPredict: number | undefined;
  numCtx: number | undefined;
  truncate: boolean;
  shift: boolean;
}

export interface ChatMessage {
  role: string;
  content: string;
  thinking?: string;
  toolCalls?: readonly ToolUse[];
  /** How many images come with the message. */
  images?: number;
}

export interface ToolUse {
  name: string;
  arguments: unknown;
}

export interface ChatTool {
  name: string;
  description: string;
  parameters: Record<string, unknown>;
}

/** One line of an answer, before it has an id, a date or a dialect. */
export interface Line {
  content: string;
  thinking: string;
  calls: readonly ToolUse[];
}

/** Turns model text into lines. One reader per answer. */
export interface LineReader {
  /** Lines that this text completes, often none or one. Throws `EngineFailure`. */
  push(text: string): Line[];
  /** The last line, the one that says `done`. Throws `EngineFailure`. */
  end(reason: "stop" | "length"): Line;
}

/** One way in which an Ollama runs a model (`go`, `jinja`, `parser`). */
export interface Engine {
  readonly mode: EngineMode;
  /** The prompt text that the model sees. */
  render(chat: Chat, model: ScriptedModelInfo): string;
  reader(chat: Chat, model: ScriptedModelInfo): LineReader;
  /** What `/api/show` tells: the template, and the lines of the Modelfile between FROM and the parameters. */
  describe(model: ScriptedModelInfo): { template: string; modelfile: string[] };
  /** Beginning, length and alphabet of a call's id. */
  readonly callId: { prefix: string; length: number; alphabet: string };
  /** Whether 31 equal tokens in a row end the answer without a word. */
  readonly cutsRepeats: boolean;
  /** Stop strings that the model itself brings. */
  readonly stop: readonly string[];
  /** Whether `format: "json"` holds the model to JSON; a schema always does. */
  readonly enforcesJson: boolean;
  /** What the runner says to an image when the model cannot see. */
  readonly noVision: { status: number; message: string; type: string };
  /** What it says when the model's bytes are no UTF-8; null: nothing, the stream just ends. */
  readonly badUtf8: string | null;
  /** Whether a prompt that is too long even with one message is halved or refused. */
  readonly halvesLongPrompts: boolean;
}

/** The engine gives up on an answer: a status before the first line, an error line after it. */
export class EngineFailure extends Error {
  override readonly name = "EngineFailure";
}

export function line(content: string, more: Partial<Line> = {}): Line {
  return { content, thinking: "", calls: [], ...more };
}

import { type Chat, type Engine, EngineFailure, type Line, type LineReader } from "./engine/engine.ts";
import { conformPieces } from "./format.ts";
import { PromptTooLong, RunnerFailure } from "./http/failure.ts";
import { contextOf } from "./models.ts";
import type { ScriptedModelInfo } from "./options.ts";
import { playScript, type RunnerEvent } from "./playback.ts";
import { createRepeatGuard } from "./repeat-guard.ts";
import type { ModelScript } from "./script.ts";
import { chooseScript } from "./choose.ts";
import type { Tokenizer } from "./tokens.ts";

/** What an answer is made of, in order; the dialects give it its shape. */
export type AnswerEvent =
  | { type: "line"; line: Line }
  /** A token that nobody sees. */
  | { type: "silent" }
  | { type: "done"; line: Line; reason: "stop" | "length"; promptTokens: number; outputTokens: number }
  /** The body ends here, well framed, without its last line. */
  | { type: "cut" }
  /** The engine gave up. */
  | { type: "error"; message: string };

export interface Playground {
  engine: Engine;
  scripts: readonly ModelScript[];
  tokenizer: Tokenizer;
}

interface Prompt {
  text: string;
  tokens: number;
}

const KEEP_FIRST = 5;

/** A script under way. */
export interface Playback {
  events: Generator<RunnerEvent, void>;
  promptTokens: number;
}

/** Renders the prompt, picks the script and plays it. Throws `PromptTooLong` and `RunnerFailure`. */
export function startPlayback(chat: Chat, model: ScriptedModelInfo, ground: Playground): Playback {
  const numCtx = contextOf(model, chat.numCtx);
  const prompt = fitPrompt(chat, model, ground, numCtx);
  const script = conformPieces(chooseScript(prompt.text, ground.scripts), enforced(chat, ground.engine));
  const events = playScript(script, {
    maxTokens: tokenLimit(chat, prompt, numCtx),
    stop: [...ground.engine.stop, ...chat.stop],
  });
  return { events, promptTokens: prompt.tokens };
}

/** The same, read by the engine: what Ollama makes of it. */
export function startAnswer(
  chat: Chat,
  model: ScriptedModelInfo,
  ground: Playground,
): Generator<AnswerEvent, void> {
  const { events, promptTokens } = startPlayback(chat, model, ground);
  return readAnswer(events, ground.engine, ground.engine.reader(chat, model), promptTokens);
}

function* readAnswer(
  events: Iterable<RunnerEvent>,
  engine: Engine,
  reader: LineReader,
  promptTokens: number,
): Generator<AnswerEvent, void> {
  const stuck = engine.cutsRepeats ? createRepeatGuard() : () => false;
  try {
    for (const event of events) {
      if (event.type === "text" && stuck(event.text)) {
        yield { type: "cut" };
        return;
      }
      if (event.type === "text") yield* someOrSilent(reader.push(event.text));
      if (event.type === "held") yield { type: "silent" };
      if (event.type === "badUtf8") yield brokenRunner(engine);
      if (event.type !== "end") continue;
      const { reason, tokens } = event;
      yield { type: "done", line: reader.end(reason), reason, promptTokens, outputTokens: tokens };
    }
  } catch (error) {
    if (!(error instanceof EngineFailure)) throw error;
    yield { type: "error", message: error.message };
  }
}

function someOrSilent(lines: readonly Line[]): AnswerEvent[] {
  return lines.length > 0 ? lines.map((line) => ({ type: "line", line })) : [{ type: "silent" }];
}

function brokenRunner(engine: Engine): AnswerEvent {
  return engine.badUtf8 === null ? { type: "cut" } : { type: "error", message: engine.badUtf8 };
}

function enforced(chat: Chat, engine: Engine): unknown {
  return chat.format === "json" && !engine.enforcesJson ? undefined : chat.format;
}

/**
 * The prompt that the model gets. The oldest messages go first (system messages stay); a last
 * message that is still too long is halved: five tokens of the start, the newer half of the rest.
 *
 * Observed: chat-go-overflow-*.
 */
function fitPrompt(chat: Chat, model: ScriptedModelInfo, ground: Playground, numCtx: number): Prompt {
  const render = (messages: Chat["messages"]): Prompt => {
    const text = ground.engine.render({ ...chat, messages }, model);
    return { text, tokens: ground.tokenizer.count(text) };
  };
  const whole = render(chat.messages);
  if (whole.tokens <= numCtx) return whole;
  if (!chat.truncate) throw new PromptTooLong(whole.tokens, numCtx);
  const last = dropOldest(chat, render, numCtx);
  if (last.tokens <= numCtx) return last;
  if (!ground.engine.halvesLongPrompts) throw new PromptTooLong(last.tokens, numCtx);
  if (!chat.shift) throw new RunnerFailure(400, LONGER);
  const room = numCtx - KEEP_FIRST;
  const keepLast = room - Math.floor(room / 2);
  return {
    text: ground.tokenizer.shorten(last.text, KEEP_FIRST, keepLast),
    tokens: KEEP_FIRST + keepLast,
  };
}

function dropOldest(chat: Chat, render: (messages: Chat["messages"]) => Prompt, numCtx: number): Prompt {
  const without = (dropped: number): Prompt =>
    render(chat.messages.filter((message, i) => i >= dropped || message.role === "system"));
  // The fewest messages whose loss is enough; the last one always stays.
  let [enough, few] = [chat.messages.length - 1, 0];
  while (enough - few > 1) {
    const middle = Math.floor((enough + few) / 2);
    if (without(middle).tokens <= numCtx) enough = middle;
    else few = middle;
  }
  return without(enough);
}

const LONGER =
  "the prompt is longer than the context length currently available to the model; shorten the prompt, adjust the context length in settings, or use a model with a longer context length";

/** Ten contexts at most; with `shift:false` no more than the context holds. */
function tokenLimit(chat: Chat, prompt: Prompt, numCtx: number): number {
  const most = 10 * numCtx;
  const asked = chat.numPredict === undefined || chat.numPredict < 0 ? most : chat.numPredict;
  const limit = asked === 0 ? most : Math.min(asked, most);
  return chat.shift ? limit : Math.min(limit, Math.max(1, numCtx - prompt.tokens));
}

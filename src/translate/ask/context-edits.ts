import { contentBlocks } from "../../messages/content-blocks.ts";
import type { ContentBlock, Message, MessagesRequest, ToolResultBlock } from "../../messages/types.ts";
import { asArray, asObject } from "../../upstream/read.ts";
import { measurePrompt, totalSize } from "../estimate.ts";
import { readSignature } from "../signature.ts";
import type { Notes } from "./notes.ts";

/** What was cleared, as the answer tells it. Tokens are an estimate. */
export type AppliedEdit =
  | { type: string; cleared_tool_uses: number; cleared_input_tokens: number }
  | { type: string; cleared_thinking_turns: number; cleared_input_tokens: number };

type Edit = Record<string, unknown>;
type Prompt = Pick<MessagesRequest, "messages" | "system" | "tools">;

/** Stands for a result that was cleared. */
const CLEARED = "[This result was cleared to make room. Call the tool again if it is needed.]";

/** Source: https://docs.anthropic.com/en/docs/build-with-claude/context-editing */
const DEFAULT_TRIGGER = { type: "input_tokens", value: 100_000 };
const DEFAULT_KEPT_USES = 3;
const DEFAULT_KEPT_TURNS = 1;

/**
 * Carries out the edits of `context_management`: old thinking and old tool results go. Places stay as
 * they are, so that a path still leads to its block.
 * @param reasoning the model takes its earlier thinking back; where it does not, there is none to clear
 */
export function editContext(
  request: MessagesRequest,
  reasoning: boolean,
): { messages: Message[]; applied: AppliedEdit[] } {
  let { messages } = request;
  const applied: AppliedEdit[] = [];
  for (const edit of editsOf(request)) {
    const prompt = { ...request, messages };
    const type = String(edit["type"]);
    const done = isThinking(type)
      ? reasoning && clearThinking(prompt, type, edit)
      : isToolUses(type) && clearToolUses(prompt, type, edit);
    if (done === false || done === null) continue;
    messages = done.messages;
    applied.push(done.edit);
  }
  return { messages, applied };
}

/** Edits of a later date are not known here. */
export function noteUnknownEdits(request: MessagesRequest, notes: Notes): void {
  for (const type of editsOf(request).map((edit) => String(edit["type"]))) {
    if (isThinking(type) || isToolUses(type)) continue;
    notes.add(`ignored:${type}`, "context_management.edits", `"${type}" is not carried out`);
  }
}

function isThinking(type: string): boolean {
  return type === "clear_thinking_20251015";
}

function isToolUses(type: string): boolean {
  return type === "clear_tool_uses_20250919";
}

function editsOf(request: MessagesRequest): Edit[] {
  const edits = asArray(asObject(request["context_management"])?.["edits"]);
  return edits.map(asObject).filter((edit) => edit !== undefined);
}

interface Done {
  messages: Message[];
  edit: AppliedEdit;
}

/** A turn of the assistant's goes on over tool results: what it thought between its calls belongs together. */
function clearThinking(prompt: Prompt, type: string, edit: Edit): Done | null {
  const kept = keptTurns(edit["keep"]);
  const turns: number[][] = [[]];
  for (const [n, message] of prompt.messages.entries()) {
    if (message.role === "user" && !isOnlyResults(message)) turns.push([]);
    if (message.role === "assistant" && contentBlocks(message).some(isOwnThinking)) turns.at(-1)?.push(n);
  }
  const thinking = turns.filter((turn) => turn.length > 0);
  const cleared = thinking.slice(0, Math.max(0, thinking.length - kept));
  if (cleared.length === 0) return null;
  const places = new Set(cleared.flat());
  let tokens = 0;
  const messages = prompt.messages.map((message, n) => {
    if (!places.has(n)) return message;
    const content = contentBlocks(message).map((block): ContentBlock => {
      if (block.type !== "thinking") return block;
      const text = readSignature(block.signature)?.text ?? "";
      tokens += sizeOf({ messages: [{ role: "assistant", content: text }] });
      return { type: "thinking", thinking: "" };
    });
    return { ...message, content };
  });
  return {
    messages,
    edit: { type, cleared_thinking_turns: cleared.length, cleared_input_tokens: tokens },
  };
}

function keptTurns(keep: unknown): number {
  if (keep === undefined || keep === null) return DEFAULT_KEPT_TURNS;
  const value = asObject(keep)?.["value"] ?? keep;
  return typeof value === "number" ? value : Infinity;
}

function isOwnThinking(block: ContentBlock): boolean {
  return block.type === "thinking" && (readSignature(block.signature)?.text ?? "") !== "";
}

function isOnlyResults(message: Message): boolean {
  return contentBlocks(message).every((block) => block.type === "tool_result");
}

/**
 * Old results become a line of text. They go in groups as large as what is kept: with one more call the
 * border would move each time, and a model server's prefix cache would be lost with it.
 */
function clearToolUses(prompt: Prompt, type: string, edit: Edit): Done | null {
  const uses = usesOf(prompt.messages);
  if (!isTriggered(prompt, uses.length, asObject(edit["trigger"]) ?? DEFAULT_TRIGGER)) return null;
  const kept = numberIn(edit["keep"]) ?? DEFAULT_KEPT_USES;
  const excluded = new Set(asArray(edit["exclude_tools"]));
  const old = uses
    .slice(0, Math.max(0, uses.length - kept))
    .filter(({ name, isClearable }) => isClearable && !excluded.has(name));
  const group = Math.max(1, kept);
  const chosen = old.slice(0, old.length < group ? old.length : old.length - (old.length % group));
  if (chosen.length === 0) return null;
  const messages = without(prompt.messages, new Map(chosen.map(({ id, name }) => [id, name])), edit);
  const tokens = Math.max(0, sizeOf(prompt) - sizeOf({ ...prompt, messages }));
  if (tokens < (numberIn(edit["clear_at_least"]) ?? 0)) return null;
  return {
    messages,
    edit: { type, cleared_tool_uses: chosen.length, cleared_input_tokens: tokens },
  };
}

interface ToolUse {
  id: string;
  name: string;
  /** The model has seen its result, which did not load a tool. */
  isClearable: boolean;
}

function usesOf(messages: readonly Message[]): ToolUse[] {
  const lastAnswer = messages.findLastIndex(({ role }) => role === "assistant");
  const seen = messages.slice(0, lastAnswer).flatMap(contentBlocks).filter(isResult);
  const clearable = new Set(
    seen.filter((result) => !loadsTool(result)).map(({ tool_use_id }) => tool_use_id),
  );
  const calls = messages.flatMap(contentBlocks).filter((block) => block.type === "tool_use");
  return calls.map(({ id, name }) => ({ id, name, isClearable: clearable.has(id) }));
}

function without(messages: Message[], cleared: ReadonlyMap<string, string>, edit: Edit): Message[] {
  const inputs = edit["clear_tool_inputs"];
  const clearsInput = (name: string): boolean => inputs === true || asArray(inputs).includes(name);
  return messages.map((message) => {
    if (typeof message.content === "string") return message;
    const content = message.content.map((block): ContentBlock => {
      if (isResult(block) && cleared.has(block.tool_use_id)) return { ...block, content: CLEARED };
      if (block.type !== "tool_use" || !cleared.has(block.id) || !clearsInput(block.name)) return block;
      return { ...block, input: {} };
    });
    return { ...message, content };
  });
}

function isTriggered(prompt: Prompt, uses: number, trigger: Edit): boolean {
  const value = Number(trigger["value"]);
  return (trigger["type"] === "tool_uses" ? uses : sizeOf(prompt)) > value;
}

function isResult(block: ContentBlock): block is ToolResultBlock {
  return block.type === "tool_result";
}

function loadsTool({ content }: ToolResultBlock): boolean {
  return Array.isArray(content) && content.some((part) => part.type === "tool_reference");
}

function numberIn(setting: unknown): number | undefined {
  const value = asObject(setting)?.["value"] ?? setting;
  return typeof value === "number" ? value : undefined;
}

function sizeOf(prompt: Prompt): number {
  return totalSize(measurePrompt(prompt));
}

import { ApiError, invalidRequest } from "../../messages/api-error.ts";
import type {
  ContentBlock,
  Message,
  OtherBlock,
  TextBlock,
  ToolResultBlock,
  ToolUseBlock,
} from "../../messages/types.ts";
import { readSignature } from "../signature.ts";
import { lastSummary } from "./compaction.ts";
import type { RenderOptions } from "./options.ts";
import { renderToolResult } from "./results.ts";
import { readServerPair } from "./server-pairs.ts";
import { foldSystem } from "./system.ts";
import { renderServerBlock } from "./texts.ts";
import type { AssistantTurn, Part, Turn } from "./turns.ts";
import { renderUserBlock } from "./user-blocks.ts";

/** A block and its dotted path in the request. */
interface Placed<B extends ContentBlock = ContentBlock> {
  block: B;
  path: string;
}

type Side =
  | { role: "assistant"; blocks: Placed[] }
  | { role: "user"; entries: (Placed | { system: string; path: string })[] };

/**
 * The messages of a request as turns. Everything between two assistant turns is one user side: first
 * the results of the calls before it, in the order of the calls, then the rest in its own order.
 * A turn depends only on its own message and those before it, so that a model server's prefix cache survives.
 *
 * Throws `ApiError` 400 for calls and results that do not pair, and for what cannot be carried over.
 */
export function renderConversation(messages: readonly Message[], options: RenderOptions): Turn[] {
  const sides = groupSides(messages, options);
  checkEnd(sides, options);
  const turns: Turn[] = [];
  let open: Placed<ToolUseBlock>[] = [];
  for (const side of sides) {
    if (side.role === "user") {
      append(turns, renderUserSide(side.entries, open, options));
      open = [];
      continue;
    }
    open = side.blocks.filter(isPlaced("tool_use"));
    turns.push(...renderAssistant(side.blocks, options));
  }
  if (open.length > 0) throw unanswered(open);
  return turns;
}

/** An assistant's turn of which nothing is left is no reason for two user turns in a row: some templates refuse them. */
function append(turns: Turn[], next: Turn[]): void {
  const last = turns.at(-1);
  const [first, ...rest] = next;
  if (last?.role !== "user" || first?.role !== "user") turns.push(...next);
  else turns.splice(-1, 1, { role: "user", parts: [...last.parts, ...first.parts] }, ...rest);
}

function groupSides(messages: readonly Message[], options: RenderOptions): Side[] {
  const sides: Side[] = [];
  const summary = lastSummary(messages);
  messages.forEach((message, n) => {
    if (summary !== null && n < summary.message) return;
    const path = `messages.${n}`;
    let blocks = placeBlocks(message, path);
    if (summary?.message === n) {
      const at = `${path}.content.${summary.block}`;
      sides.push({ role: "user", entries: [{ block: summaryBlock(summary.text), path: at }] });
      blocks = blocks.slice(blocks.findIndex((placed) => placed.path === at) + 1);
    }
    if (message.role === "assistant") {
      const last = sides.at(-1);
      if (last?.role === "assistant") last.blocks.push(...blocks);
      else sides.push({ role: "assistant", blocks });
      return;
    }
    const entries = message.role === "system" ? [systemEntry(blocks, path, options)] : blocks;
    const last = sides.at(-1);
    if (last?.role === "user") last.entries.push(...entries);
    else sides.push({ role: "user", entries });
  });
  return sides;
}

function summaryBlock(text: string): TextBlock {
  return { type: "text", text: `Summary of the conversation so far:\n${text}` };
}

function placeBlocks(message: Message, path: string): Placed[] {
  if (typeof message.content === "string") {
    return message.content === ""
      ? []
      : [{ block: { type: "text", text: message.content }, path: `${path}.content` }];
  }
  return message.content
    .map((block, n) => ({ block, path: `${path}.content.${n}` }))
    .filter(({ block }) => block.type !== "text" || block.text !== "");
}

function systemEntry(
  blocks: Placed[],
  path: string,
  options: RenderOptions,
): { system: string; path: string } {
  if (options.midSystem === "refuse")
    throw invalidRequest(`${path}.role`, "Input should be 'user' or 'assistant'");
  const texts = blocks.map(({ block, path: at }) => {
    if (block.type === "text") return block.text;
    if (block.type === "tool_addition" || block.type === "tool_removal") return renderToolChange(block, at);
    throw invalidRequest(`${at}.type`, `"${block.type}" is not allowed in a system message`);
  });
  return { system: texts.join("\n\n"), path };
}

function renderToolChange(block: OtherBlock, path: string): string {
  const tool = block["tool"] as { name?: unknown; tool_name?: unknown } | undefined;
  const name = tool?.tool_name ?? tool?.name;
  if (typeof name !== "string")
    throw invalidRequest(`${path}.tool`, "only tools named one by one are supported");
  return block.type === "tool_addition" ? `Tool added: ${name}` : `Tool removed: ${name}`;
}

function renderUserSide(
  entries: (Placed | { system: string; path: string })[],
  calls: Placed<ToolUseBlock>[],
  options: RenderOptions,
): Turn[] {
  const placed = entries.filter((entry) => "block" in entry);
  const tools: Turn[] = [];
  const parts: Part[] = [];
  for (const { block: call, result } of pairResults(placed.filter(isPlaced("tool_result")), calls)) {
    const { text, images } = renderToolResult(result.block, result.path, options);
    tools.push({
      role: "tool",
      callId: call.id,
      toolName: call.name,
      text,
      images: options.toolImages ? images : [],
    });
    if (options.toolImages) continue;
    for (const image of images) {
      parts.push(
        { kind: "text", text: `Image from the result of ${call.name} (call ${call.id}):` },
        { kind: "image", image },
      );
    }
  }
  return [...tools, ...renderRest(entries, parts, options)];
}

/** The user's own content, and system messages in their place. */
function renderRest(
  entries: (Placed | { system: string; path: string })[],
  lifted: Part[],
  options: RenderOptions,
): Turn[] {
  const turns: Turn[] = [];
  let parts = lifted;
  for (const entry of entries) {
    if ("system" in entry) {
      if (entry.system === "") continue;
      if (options.midSystem === "fold") {
        parts.push({ kind: "text", text: foldSystem(entry.system) });
        continue;
      }
      if (parts.length > 0) turns.push({ role: "user", parts });
      turns.push({ role: "system", text: entry.system });
      parts = [];
    } else if (entry.block.type !== "tool_result")
      parts.push(...renderUserBlock(entry.block, entry.path, options));
  }
  if (parts.length > 0) turns.push({ role: "user", parts });
  return turns;
}

/** The result of each call, in the order of the calls: several chat templates pair by position. */
function pairResults(
  results: Placed<ToolResultBlock>[],
  calls: Placed<ToolUseBlock>[],
): (Placed<ToolUseBlock> & { result: Placed<ToolResultBlock> })[] {
  const byId = new Map<string, Placed<ToolResultBlock>>();
  const known = new Set(calls.map(({ block }) => block.id));
  for (const result of results) {
    const id = result.block.tool_use_id;
    const where = `${result.path}.tool_use_id`;
    if (!known.has(id))
      throw invalidRequest(where, `"${id}" is no tool_use of the previous assistant message`);
    if (byId.has(id)) throw invalidRequest(where, `"${id}" has more than one tool_result`);
    byId.set(id, result);
  }
  return calls.map((call) => {
    const result = byId.get(call.block.id);
    if (result === undefined) throw unanswered(calls.filter(({ block }) => !byId.has(block.id)));
    return { ...call, result };
  });
}

function unanswered(calls: Placed<ToolUseBlock>[]): ApiError {
  const ids = calls.map(({ block }) => block.id).join(", ");
  return invalidRequest(
    calls[0]?.path ?? "messages",
    `tool_use ids were found without tool_result blocks immediately after: ${ids}`,
  );
}

/**
 * An assistant's message, in more than one turn where web tools ran in the middle of it. Calls that
 * the client answers stand in the last of them: their results follow right after it.
 */
function renderAssistant(blocks: Placed[], options: RenderOptions): Turn[] {
  const turns: Turn[] = [];
  const calls: AssistantTurn["calls"] = [];
  let part: Placed[] = [];
  for (let n = 0; n < blocks.length; n++) {
    const placed = blocks[n];
    if (placed === undefined) continue;
    const pair = options.tools ? readServerPair(placed.block, blocks[n + 1]?.block) : undefined;
    const { block } = placed;
    if (pair !== undefined) {
      const { call, text } = pair;
      turns.push(renderPart(part, options.reasoning, [call]));
      turns.push({ role: "tool", callId: call.id, toolName: call.name, text, images: [] });
      part = [];
      n++;
    } else if (block.type === "tool_use") calls.push({ id: block.id, name: block.name, input: block.input });
    else part.push(placed);
  }
  const last = renderPart(part, options.reasoning, calls);
  const isEmpty = last.text === "" && last.calls.length === 0 && last.reasoning === null;
  return isEmpty ? turns : [...turns, last];
}

function renderPart(
  blocks: readonly Placed[],
  keepReasoning: boolean,
  calls: AssistantTurn["calls"],
): AssistantTurn {
  const texts: string[] = [];
  const reasoning: string[] = [];
  for (const { block, path } of blocks) {
    if (block.type === "text") texts.push(block.text);
    else if (block.type === "thinking") {
      const own = keepReasoning ? readSignature(block.signature) : undefined;
      if (own !== undefined && own.text !== "") reasoning.push(own.text);
    } else if (block.type === "document" || block.type === "search_result") {
      texts.push(
        ...renderUserBlock(block, path, null).map((part) => (part.kind === "text" ? part.text : "")),
      );
    } else {
      const text = renderServerBlock(block, path);
      if (text !== null) texts.push(text);
    }
  }
  return {
    role: "assistant",
    text: texts.join("\n"),
    reasoning: reasoning.length === 0 ? null : reasoning.join("\n"),
    calls,
  };
}

/** A conversation that ends with the assistant asks the model to go on with that text. */
function checkEnd(sides: readonly Side[], options: RenderOptions): void {
  const last = sides.at(-1);
  if (last?.role !== "assistant" || last.blocks.some(({ block }) => block.type === "tool_use")) return;
  if (!options.prefill) {
    throw new ApiError(
      "invalid_request_error",
      `messages: the model "${options.model}" does not support assistant message prefill; the conversation must end with a user message`,
    );
  }
  const final = last.blocks.at(-1);
  if (final?.block.type === "text" && /\s$/.test(final.block.text)) {
    throw invalidRequest(final.path, "final assistant content cannot end with trailing whitespace");
  }
}

function isPlaced<T extends ContentBlock["type"]>(
  type: T,
): (placed: Placed) => placed is Placed<Extract<ContentBlock, { type: T }>> {
  return (placed): placed is Placed<Extract<ContentBlock, { type: T }>> => placed.block.type === type;
}

import { invalidRequest } from "./api-error.ts";
import { at } from "./check.ts";
import { contentBlocks } from "./content-blocks.ts";
import type { ContentBlock, Message, ToolResultBlock } from "./types.ts";

/** A block with the path to it. */
interface Placed {
  block: ContentBlock;
  path: string;
}

/** Consecutive messages of one role, which the API reads as one turn. System messages belong to none. */
interface Turn {
  role: "user" | "assistant";
  path: string;
  blocks: Placed[];
}

/**
 * Every `tool_use` of an assistant turn is answered by exactly one `tool_result` in the user turn
 * right after it, and the results come first there. Throws ApiError 400 naming the ids.
 *
 * Source: https://docs.anthropic.com/en/docs/agents-and-tools/tool-use/implement-tool-use
 */
export function checkPairing(messages: readonly Message[]): void {
  const turns = turnsOf(messages);
  let open: Turn | undefined;
  for (const turn of turns) {
    if (turn.role === "user") checkResults(turn, open === undefined ? [] : callIds(open), open);
    else checkUniqueCalls(turn);
    open = turn.role === "assistant" ? turn : undefined;
  }
  if (open !== undefined) refuseUnanswered(open, callIds(open));
}

function turnsOf(messages: readonly Message[]): Turn[] {
  const turns: Turn[] = [];
  for (const [index, { role, content }] of messages.entries()) {
    if (role === "system") continue;
    const path = at("messages", index);
    const last = turns.at(-1);
    const turn = last?.role === role ? last : { role, path, blocks: [] };
    if (turn !== last) turns.push(turn);
    for (const [n, block] of contentBlocks({ content }).entries())
      turn.blocks.push({ block, path: `${path}.content.${n}` });
  }
  return turns;
}

function callIds({ blocks }: Turn): string[] {
  return blocks.flatMap(({ block }) => (block.type === "tool_use" ? [block.id] : []));
}

function checkUniqueCalls({ blocks }: Turn): void {
  const seen = new Set<string>();
  for (const { block, path } of blocks) {
    if (block.type !== "tool_use") continue;
    if (seen.has(block.id)) throw invalidRequest(at(path, "id"), `tool_use ids must be unique: ${block.id}`);
    seen.add(block.id);
  }
}

function checkResults(turn: Turn, calls: readonly string[], asking: Turn | undefined): void {
  const missing = new Set(calls);
  const answered = new Set<string>();
  const firstOther = turn.blocks.findIndex(({ block }) => block.type !== "tool_result");
  for (const [position, { block, path }] of turn.blocks.entries()) {
    if (block.type !== "tool_result") continue;
    checkResult(block, path, missing, answered);
    if (firstOther !== -1 && position > firstOther) refuseLate(block, path);
  }
  if (missing.size > 0 && asking !== undefined) refuseUnanswered(asking, [...missing]);
}

function checkResult(
  { tool_use_id: id }: ToolResultBlock,
  path: string,
  missing: Set<string>,
  answered: Set<string>,
): void {
  if (answered.has(id)) {
    throw invalidRequest(
      at(path, "tool_use_id"),
      `each tool_use must have a single result; a second one came for ${id}`,
    );
  }
  if (!missing.delete(id)) {
    throw invalidRequest(
      at(path, "tool_use_id"),
      `unexpected tool_use_id in a tool_result block: ${id}. There is no such tool_use block in the message before`,
    );
  }
  answered.add(id);
}

function refuseLate({ tool_use_id: id }: ToolResultBlock, path: string): never {
  throw invalidRequest(
    path,
    `tool_use ids were found without tool_result blocks immediately after: ${id}. Put tool_result blocks before all other content`,
  );
}

function refuseUnanswered({ path }: Turn, ids: readonly string[]): void {
  if (ids.length === 0) return;
  throw invalidRequest(
    path,
    `tool_use ids were found without tool_result blocks immediately after: ${ids.join(", ")}. The next message must answer each of them`,
  );
}

import { crc32 } from "node:zlib";
import { sliceJson } from "../wire/json.ts";
import type { Headers } from "./front.ts";

/** Characters whose checksum is kept together: a break is found to within so many. */
const BLOCK = 64;
/** Conversations remembered, and kinds of request within one. */
const MAX_SESSIONS = 64;
const MAX_TRAILS = 6;
const CHARS_PER_TOKEN = 3.8;

/** What a request leaves behind: about a sixteenth of its size, and no text. */
interface Trail {
  /** A checksum for each full block of the messages, and one for the rest. */
  blocks: Uint32Array;
  rest: number;
  length: number;
  tools: number;
}

/** Where a conversation's prompt stopped being the continuation of the one before. */
export interface PrefixBreak {
  /** Index in the upstream's `messages`; null when only the tools changed. */
  message: number | null;
  /** Offset in that message's JSON, to within 64. */
  byte: number;
  toolsChanged: boolean;
  /** Roughly. */
  tokensLost: number;
}

/**
 * Follows the prompts of each conversation and tells when one does not begin with the one before it:
 * then a model server has to read again what its cache already held. Keeps checksums, never bodies.
 */
export class PrefixWatch {
  readonly #sessions = new Map<string, Trail[]>();
  /** Tokens, roughly, of all prompts so far: what a prompt's forerunner began with too, and what it no longer did. */
  readonly totals: { kept: number; lost: number } = { kept: 0, lost: 0 };

  /** Compares an upstream request with its conversation's earlier ones, and remembers it. Null when nothing is lost. */
  observe(headers: Headers, model: string, body: string): PrefixBreak | null {
    const session = sessionOf(headers, model);
    if (session === null) return null;
    const messages = sliceJson(body, ["messages"])?.slice(0, -1);
    if (messages === undefined) return null;
    const tools = sliceJson(body, ["tools"]) ?? "";
    const trail = trailOf(messages, tools);
    const trails = this.#trailsOf(session);
    const kin = closest(trails, trail, messages);
    if (kin !== null) trails.splice(trails.indexOf(kin.trail), 1);
    trails.push(trail);
    if (trails.length > MAX_TRAILS) trails.shift();
    if (kin === null) return null;
    const broken = report(kin, trail, messages, tools.length);
    // A template puts the tools first: with other tools nothing after them is the same.
    const kept = broken?.toolsChanged === true ? 0 : kin.common + tools.length;
    this.totals.kept += Math.round(kept / CHARS_PER_TOKEN);
    this.totals.lost += broken?.tokensLost ?? 0;
    return broken;
  }

  #trailsOf(session: string): Trail[] {
    const trails = this.#sessions.get(session) ?? [];
    this.#sessions.delete(session);
    this.#sessions.set(session, trails);
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > MAX_SESSIONS && oldest !== undefined) this.#sessions.delete(oldest);
    return trails;
  }
}

/** Claude Code names its session and, in a sub-agent, the agent. Without a name nothing belongs together. */
function sessionOf(headers: Headers, model: string): string | null {
  const session = headers["x-claude-code-session-id"];
  if (session === undefined || session === "") return null;
  return `${session}\n${headers["x-claude-code-agent-id"] ?? ""}\n${model}`;
}

function trailOf(messages: string, tools: string): Trail {
  const blocks = new Uint32Array(Math.floor(messages.length / BLOCK));
  for (let n = 0; n < blocks.length; n++) blocks[n] = crc32(messages.slice(n * BLOCK, (n + 1) * BLOCK));
  const rest = crc32(messages.slice(blocks.length * BLOCK));
  return { blocks, rest, length: messages.length, tools: crc32(tools) };
}

interface Kin {
  trail: Trail;
  /** Characters that both begin with, to within a block; all of the earlier when nothing differs. */
  common: number;
}

/**
 * The earlier request that this one continues: the one with the longest common beginning. A client
 * also asks for titles and summaries under the same session: with other tools and little in common
 * they are another conversation.
 */
function closest(trails: readonly Trail[], next: Trail, messages: string): Kin | null {
  let best: Kin | null = null;
  for (const trail of trails) {
    const common = commonLength(trail, next, messages);
    if (common >= (best?.common ?? 0)) best = { trail, common };
  }
  if (best === null) return null;
  const least = best.trail.tools === next.tools ? BLOCK : Math.min(best.trail.length, next.length) / 2;
  return best.common >= Math.min(least, best.trail.length) ? best : null;
}

function commonLength(earlier: Trail, next: Trail, messages: string): number {
  const shared = Math.min(earlier.blocks.length, next.blocks.length);
  let n = 0;
  while (n < shared && earlier.blocks[n] === next.blocks[n]) n++;
  if (n < earlier.blocks.length) return n * BLOCK;
  const isWhole = crc32(messages.slice(n * BLOCK, earlier.length)) === earlier.rest;
  return isWhole ? earlier.length : n * BLOCK;
}

function report({ trail, common }: Kin, next: Trail, messages: string, tools: number): PrefixBreak | null {
  const toolsChanged = trail.tools !== next.tools;
  // What is only shorter than before, as after going back in the conversation, takes nothing back.
  const isBroken = common < trail.length && common + BLOCK <= next.length;
  if (!isBroken && !toolsChanged) return null;
  const lost = toolsChanged ? trail.length + tools : trail.length - common;
  const place = isBroken ? placeOf(messages, common) : { message: null, byte: 0 };
  return { ...place, toolsChanged, tokensLost: Math.round(lost / CHARS_PER_TOKEN) };
}

/** Which message an offset of the list's JSON lies in. */
function placeOf(messages: string, offset: number): { message: number; byte: number } {
  const list = JSON.parse(`${messages}]`) as unknown[];
  let start = 1;
  for (const [n] of list.entries()) {
    const length = sliceJson(`${messages}]`, [n])?.length ?? 0;
    if (offset < start + length) return { message: n, byte: Math.max(0, offset - start) };
    start += length + 1;
  }
  return { message: list.length, byte: 0 };
}

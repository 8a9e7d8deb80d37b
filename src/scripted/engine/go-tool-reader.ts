import { overlap } from "../stop-hold.ts";
import type { ToolUse } from "./engine.ts";
import { findCall } from "./find-call.ts";

const TAG = "<tool_call>";

export interface GoToolReader {
  /** Text before the first call, and the calls that are whole now. */
  push(text: string): { content: string; calls: ToolUse[] };
}

/**
 * Passes text on until `<tool_call>` begins, and keeps back what might be its beginning. From the
 * tag on only calls come out: text between and behind them is lost, as is a held `<` at the end.
 *
 * Observed: chat-go-tool1text, -tooltexttool, -brokentrail, -endlt.
 */
export function createGoToolReader(names: readonly string[]): GoToolReader {
  let inCalls = false;
  let held = "";
  return {
    push(text) {
      held += text;
      let content = "";
      if (!inCalls) {
        const tag = held.indexOf(TAG);
        const keepFrom = tag === -1 ? held.length - overlap(held, TAG) : tag;
        content = held.slice(0, keepFrom);
        held = held.slice(keepFrom);
        if (tag === -1) return { content, calls: [] };
        inCalls = true;
      }
      const calls: ToolUse[] = [];
      for (let found = findCall(held, names); found !== null; found = findCall(held, names)) {
        calls.push(found.call);
        held = held.slice(found.end);
      }
      return { content, calls };
    },
  };
}

import { describe, expect, test } from "vitest";
import type { Message, MessagesRequest } from "../../messages/types.ts";
import { BASH, image, messagesOf, textBlock, toolResult, toolUse } from "../requests.test.support.ts";
import { signReasoning } from "../signature.ts";

/** A session as Claude Code sends it: system messages, results out of order, an image, thinking kept. */
const SESSION: Message[] = [
  { role: "user", content: [textBlock("<system-reminder>git</system-reminder>"), textBlock("go")] },
  { role: "system", content: [textBlock("environment")] },
  {
    role: "assistant",
    content: [
      { type: "thinking", thinking: "", signature: signReasoning({ model: "m", text: "hm" }) },
      textBlock("I look."),
      toolUse("a"),
      toolUse("b", "Read"),
    ],
  },
  { role: "user", content: [toolResult("b", "no", { is_error: true }), toolResult("a", [image])] },
  { role: "system", content: "paging note" },
  { role: "assistant", content: [textBlock("Done.")] },
  { role: "user", content: [textBlock("next")] },
  { role: "assistant", content: [toolUse("c", "ToolSearch")] },
  { role: "user", content: [toolResult("c", [{ type: "tool_reference", tool_name: "Late" }])] },
  { role: "assistant", content: "fine" },
  { role: "user", content: "bye" },
];
const TOOLS = [
  BASH,
  { ...BASH, name: "Read" },
  { ...BASH, name: "ToolSearch" },
  { ...BASH, name: "Late", defer_loading: true },
];

/** What the client does to messages that are no longer last. */
function collapsed(messages: Message[]): Message[] {
  return messages.map((message) => {
    const [only, ...others] = typeof message.content === "string" ? [] : message.content;
    return only?.type === "text" && others.length === 0 ? { ...message, content: only.text } : message;
  });
}

function attributed(system: string): Partial<MessagesRequest> {
  return {
    system: [
      { type: "text", text: `x-anthropic-billing-header: cc_version=1; cch=${system};` },
      { type: "text", text: "You are." },
    ],
    tools: TOOLS,
    context_management: { edits: [{ type: "clear_thinking_20251015", keep: "all" }] },
  };
}

/** Where a request may end: before each assistant message, and at the end. */
const ENDS = [...SESSION.flatMap(({ role }, n) => (role === "assistant" ? [n] : [])), SESSION.length];

describe.each(["ollama", "openai"] as const)("%s", (dialect) => {
  test("each request begins with the bytes of the one before", () => {
    const rendered = ENDS.map((end, turn) => {
      const messages = SESSION.slice(0, end);
      const sent = turn % 2 === 0 ? messages : [...collapsed(messages.slice(0, -1)), ...messages.slice(-1)];
      return messagesOf(dialect, { ...attributed(String(turn)), messages: sent }).map((message) =>
        JSON.stringify(message),
      );
    });
    expect(rendered.at(-1)?.length).toBeGreaterThan(10);
    for (const [n, shorter] of rendered.entries()) {
      expect(rendered.at(-1)?.slice(0, shorter.length), `request ${n}`).toEqual(shorter);
    }
  });

  test("the attribution block reaches no model", () => {
    const [first] = messagesOf(dialect, {
      ...attributed("1"),
      messages: [{ role: "user", content: "x-anthropic-billing-header: mine" }],
    });
    expect(first).toEqual({ role: "system", content: "You are." });
  });
});

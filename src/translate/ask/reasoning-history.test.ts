import { describe, expect, test } from "vitest";
import type { ContentBlock, Message, MessagesRequest } from "../../messages/types.ts";
import { type Asked, messagesOf, textBlock } from "../requests.test.support.ts";
import { signReasoning } from "../signature.ts";

const user = (content: Message["content"]): Message => ({ role: "user", content });
const assistant = (content: Message["content"]): Message => ({ role: "assistant", content });
const thinking = (text: string, signature: string): ContentBlock => ({
  type: "thinking",
  thinking: text,
  signature,
});

const signed = (text: string): string => signReasoning({ model: "m", text });

const thinkingOf = (fields: Partial<MessagesRequest>, asked?: Asked): unknown[] =>
  messagesOf("ollama", fields, asked).map((message) => (message as { thinking?: string }).thinking);

describe("reasoning of earlier turns", () => {
  const messages = [
    user("q"),
    assistant([thinking("", signed("R1")), textBlock("a")]),
    user("r"),
    assistant([thinking("R2", signed("R2")), textBlock("b")]),
    user("s"),
  ];

  test("comes out of our signature", () => {
    expect(thinkingOf({ messages })).toEqual([undefined, "R1", undefined, "R2", undefined]);
    expect(messagesOf("openai", { messages }, { flags: { reasoningField: "reasoning_content" } })[1]).toEqual(
      { role: "assistant", content: "a", reasoning_content: "R1" },
    );
    expect(messagesOf("openai", { messages })[1]).toEqual({ role: "assistant", content: "a" });
  });

  test("as many turns as asked for", () => {
    const context_management = {
      edits: [{ type: "clear_thinking_20251015", keep: { type: "thinking_turns", value: 1 } }],
    };
    expect(thinkingOf({ messages, context_management })).toEqual([
      undefined,
      undefined,
      undefined,
      "R2",
      undefined,
    ]);
  });

  test.each([
    ["foreign", "abc"],
    ["empty", ""],
    ["altered", `${signed("R").slice(0, -1)}_`],
  ])("a signature that is %s: left out, never shown", (_title, signature) => {
    const fields = {
      messages: [user("q"), assistant([thinking("R", signature), textBlock("a")]), user("r")],
    };
    expect(messagesOf("ollama", fields)[1]).toEqual({ role: "assistant", content: "a" });
  });

  test("not to a model that cannot think", () => {
    expect(thinkingOf({ messages }, { flags: { thinking: "none" } })).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

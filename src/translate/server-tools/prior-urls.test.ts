import { expect, test } from "vitest";
import type { ContentBlock, Message } from "../../messages/types.ts";
import { isInConversation } from "./prior-urls.ts";

const said = (text: string): Message[] => [{ role: "user", content: text }];
const blocks = (role: Message["role"], ...content: unknown[]): Message[] => [
  { role, content: content as ContentBlock[] },
];

test.each<[name: string, url: string, messages: Message[], known: boolean]>([
  ["as it stands", "https://a.com/x", said("Read https://a.com/x please"), true],
  ["at the end of a sentence", "https://a.com/x", said("Read https://a.com/x."), true],
  ["in brackets", "https://a.com/x", said("Read this (https://a.com/x), please"), true],
  ["as a Markdown link", "https://a.com/x", said("[a](https://a.com/x)"), true],
  ["with brackets of its own", "https://a.com/x_(y)", said("See https://a.com/x_(y)"), true],
  ["without a scheme", "https://a.com/x", said("Read a.com/x"), true],
  ["with a slash more", "https://a.com/", said("Read a.com"), true],
  ["with another fragment", "https://a.com/x#b", said("https://a.com/x#a"), true],
  ["with another query", "https://a.com/x?q=2", said("https://a.com/x?q=1"), false],
  ["longer than what was said", "https://a.com/x/y", said("https://a.com/x"), false],
  ["shorter than what was said", "https://a.com/x", said("https://a.com/x/y"), false],
  ["made up", "https://a.com/x", said("Read something"), false],
  ["in a text block", "https://a.com/x", blocks("user", { type: "text", text: "https://a.com/x" }), true],
  [
    "in a tool's result",
    "https://a.com/x",
    blocks("user", { type: "tool_result", tool_use_id: "t", content: [{ type: "text", text: "a.com/x" }] }),
    true,
  ],
  [
    "found by a search",
    "https://a.com/x",
    blocks("assistant", {
      type: "web_search_tool_result",
      tool_use_id: "s",
      content: [{ type: "web_search_result", url: "https://a.com/x", title: "T", encrypted_content: "" }],
    }),
    true,
  ],
  ["only the model's word", "https://a.com/x", blocks("assistant", { type: "text", text: "a.com/x" }), false],
  ["only the system's word", "https://a.com/x", [{ role: "system", content: "https://a.com/x" }], false],
  ["no address", "x", said("x"), false],
])("an address %s", (_name, url, messages, known) => {
  expect(isInConversation(url, messages)).toBe(known);
});

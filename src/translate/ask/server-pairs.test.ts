import { expect, test } from "vitest";
import type { ContentBlock, Message } from "../../messages/types.ts";
import { type Asked, messagesOf, textBlock, toolResult, toolUse } from "../requests.test.support.ts";
import { packSnippet } from "../server-tools/snippet.ts";

const user = (content: Message["content"]): Message => ({ role: "user", content });
const assistant = (content: Message["content"]): Message => ({ role: "assistant", content });
const searched = (encrypted: string): ContentBlock[] => [
  { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: { query: "x" } },
  {
    type: "web_search_tool_result",
    tool_use_id: "srvtoolu_1",
    content: [{ type: "web_search_result", title: "T", url: "https://x", encrypted_content: encrypted }],
  },
];

test.each<[title: string, messages: Message[], upstream: object[], asked?: Asked]>([
  [
    "a search, as the call and the result that it was",
    [user("q"), assistant([textBlock("I look."), ...searched("EqgfCioIARgB"), textBlock("a")]), user("b")],
    [
      {},
      {
        role: "assistant",
        content: "I look.",
        tool_calls: [{ id: "srvtoolu_1", function: { name: "web_search" } }],
      },
      { role: "tool", tool_call_id: "srvtoolu_1", content: "1. T\nhttps://x" },
      { role: "assistant", content: "a" },
      {},
    ],
  ],
  [
    "excerpts of our own searches",
    [user("q"), assistant(searched(packSnippet("An excerpt."))), user("b")],
    [{}, {}, { role: "tool", content: "1. T\nhttps://x\nAn excerpt." }, {}],
  ],
  [
    "a page that was read",
    [
      user("q"),
      assistant([
        { type: "server_tool_use", id: "srvtoolu_1", name: "web_fetch", input: { url: "https://x" } },
        {
          type: "web_fetch_tool_result",
          tool_use_id: "srvtoolu_1",
          content: {
            type: "web_fetch_result",
            url: "https://x",
            content: {
              type: "document",
              title: "T",
              source: { type: "text", media_type: "text/plain", data: "The page." },
            },
          },
        },
      ]),
      user("b"),
    ],
    [{}, {}, { role: "tool", content: "https://x\nT\nThe page." }, {}],
  ],
  [
    "a search beside a call of the client's: each result follows its call",
    [user("q"), assistant([toolUse("t"), ...searched("X")]), user([toolResult("t", "done")])],
    [
      {},
      { role: "assistant", tool_calls: [{ id: "srvtoolu_1" }] },
      { role: "tool", tool_call_id: "srvtoolu_1" },
      { role: "assistant", tool_calls: [{ id: "t" }] },
      { role: "tool", tool_call_id: "t", content: "done" },
    ],
  ],
  [
    "a search, for a model without tools",
    [user("q"), assistant([...searched(packSnippet("An excerpt.")), textBlock("a")]), user("b")],
    [
      {},
      {
        content:
          '[web_search was called with {"query":"x"}]\n[web_search result: T https://x\nAn excerpt.]\na',
      },
      {},
    ],
    { flags: { tools: false } },
  ],
  [
    "a search without its result",
    [user("q"), assistant([...searched("X").slice(0, 1), textBlock("a")]), user("b")],
    [{}, { content: '[web_search was called with {"query":"x"}]\na' }, {}],
  ],
  [
    "a failed search",
    [
      user("q"),
      assistant([
        ...searched("X").slice(0, 1),
        {
          type: "web_search_tool_result",
          tool_use_id: "srvtoolu_1",
          content: { type: "web_search_tool_result_error", error_code: "too_many_requests" },
        },
      ]),
      user("b"),
    ],
    [{}, { role: "assistant" }, { role: "tool", content: "too_many_requests: The call failed." }, {}],
  ],
])("%s", (_title, messages, upstream, asked) => {
  expect(messagesOf("ollama", { messages }, asked)).toMatchObject(upstream);
  expect(messagesOf("openai", { messages }, asked)).toMatchObject(upstream);
});

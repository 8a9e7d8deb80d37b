import { describe, expect, test } from "vitest";
import type { ContentBlock, Message, MessagesRequest } from "../../messages/types.ts";
import {
  ask,
  BASH,
  image,
  messagesOf,
  PNG,
  textBlock,
  toolResult,
  toolUse,
  type Asked,
} from "../requests.test.support.ts";

const system = (content: Message["content"]): Message => ({ role: "system", content });
const user = (content: Message["content"]): Message => ({ role: "user", content });
const assistant = (content: Message["content"]): Message => ({ role: "assistant", content });
const document = (source: object, fields: object = {}): ContentBlock =>
  ({ type: "document", source, ...fields }) as ContentBlock;
const thinking = (text: string, signature: string): ContentBlock => ({
  type: "thinking",
  thinking: text,
  signature,
});
const pdf = document({ type: "base64", media_type: "application/pdf", data: "JVBERi0=" });
const REMINDER = "<system-reminder>\nS\n</system-reminder>";
const IMAGE_PART = { type: "image_url", image_url: { url: `data:image/png;base64,${PNG}` } };

/** What a message comes to in both dialects; the second object holds what only Ollama has. */
type Row = [title: string, messages: Message[], upstream: object[], asked?: Asked];

describe("in both dialects", () => {
  test.each<Row>([
    ["a text", [user("a")], [{ role: "user", content: "a" }]],
    ["a text as a block", [user([textBlock("a")])], [{ role: "user", content: "a" }]],
    [
      "texts in order, untrimmed",
      [user([textBlock(" a\r\n"), textBlock("b\ufeff ")])],
      [{ role: "user", content: " a\r\n\nb\ufeff " }],
    ],
    [
      "the same role twice",
      [user("a"), user("b"), assistant("c"), assistant("d"), user("e")],
      [
        { role: "user", content: "a\nb" },
        { role: "assistant", content: "c\nd" },
        { role: "user", content: "e" },
      ],
    ],
    ["empty text beside text", [user([textBlock(""), textBlock("a")])], [{ role: "user", content: "a" }]],
    [
      "an assistant without anything to say",
      [user("a"), assistant([thinking("x", "foreign")]), user("b")],
      [{ role: "user", content: "a\nb" }],
    ],
    [
      "system, folded",
      [user("a"), system("S"), assistant("b"), user("c")],
      [
        { role: "user", content: `a\n${REMINDER}` },
        { role: "assistant", content: "b" },
        { role: "user", content: "c" },
      ],
    ],
    [
      "system as a block, last",
      [user("a"), system([textBlock("S")])],
      [{ role: "user", content: `a\n${REMINDER}` }],
    ],
    [
      "system, native",
      [user("a"), system("S"), assistant("b"), user("c")],
      [
        { role: "user", content: "a" },
        { role: "system", content: "S" },
        { role: "assistant", content: "b" },
        { role: "user", content: "c" },
      ],
      { flags: { midSystem: "native" } },
    ],
    [
      "prefill where it is taken",
      [user("a"), assistant("The")],
      [
        { role: "user", content: "a" },
        { role: "assistant", content: "The" },
      ],
      { flags: { prefill: true } },
    ],
    [
      "a search result",
      [
        user([
          {
            type: "search_result",
            source: "https://x",
            title: "T",
            content: [
              { type: "text", text: "a" },
              { type: "text", text: "b" },
            ],
          },
        ]),
      ],
      [{ content: '<search_result source="https://x" title="T">\na\nb\n</search_result>' }],
    ],
    [
      "a text document",
      [
        user([
          textBlock("1"),
          document({ type: "text", media_type: "text/plain", data: "D" }, { title: "T", context: "C" }),
          textBlock("2"),
        ]),
      ],
      [{ content: '1\n<document title="T" context="C">\nD\n</document>\n2' }],
    ],
    [
      "a document of blocks",
      [user([document({ type: "content", content: [textBlock("D"), textBlock("E")] })])],
      [{ content: "<document>\nD\nE\n</document>" }],
    ],
    [
      "a document of one text",
      [user([document({ type: "content", content: "D" })])],
      [{ content: "<document>\nD\n</document>" }],
    ],
    [
      "a failed search",
      [
        user("q"),
        assistant([
          {
            type: "web_search_tool_result",
            content: { type: "web_search_tool_result_error", error_code: "unavailable" },
          },
        ] as unknown as ContentBlock[]),
        user("b"),
      ],
      [{}, { content: "[web_search result: failed: unavailable]" }, {}],
    ],
    [
      "a summary stands for what came before it",
      [
        user("old"),
        assistant([textBlock("older"), { type: "compaction", content: "SUM" }, textBlock("a")]),
        user("b"),
      ],
      [
        { role: "user", content: "Summary of the conversation so far:\nSUM" },
        { role: "assistant", content: "a" },
        { role: "user", content: "b" },
      ],
    ],
    [
      "a summary alone, after one that failed",
      [
        user("old"),
        assistant([{ type: "compaction", content: "SUM" }]),
        user("b"),
        assistant([{ type: "compaction", content: null }, textBlock("c")]),
        user("d"),
      ],
      [
        { role: "user", content: "Summary of the conversation so far:\nSUM\nb" },
        { content: "c" },
        { content: "d" },
      ],
    ],
    [
      "nothing but redacted thinking",
      [user("q"), assistant([{ type: "redacted_thinking", data: "X" }]), user("b")],
      [{ role: "user", content: "q\nb" }],
    ],
    [
      "redacted thinking",
      [user("q"), assistant([{ type: "redacted_thinking", data: "X" }, textBlock("a")]), user("b")],
      [{}, { content: "a" }, {}],
    ],
  ])("%s", (_title, messages, upstream, asked) => {
    expect(messagesOf("ollama", { messages }, asked)).toMatchObject(upstream);
    expect(messagesOf("openai", { messages }, asked)).toMatchObject(upstream);
  });
});

const history = (result: ContentBlock[], ...rest: Message[]): Partial<MessagesRequest> => ({
  messages: [
    user("q"),
    assistant([textBlock("t"), toolUse("a", "Bash", { command: "ls" }), toolUse("b", "Read")]),
    user(result),
    ...rest,
  ],
  tools: [BASH],
});

const after = (fields: Partial<MessagesRequest>, asked?: Asked): unknown[] =>
  messagesOf("ollama", fields, asked).slice(2);

describe("calls and results", () => {
  test("Ollama: arguments are objects, results name their tool", () => {
    expect(messagesOf("ollama", history([toolResult("a", "1"), toolResult("b", "2")])).slice(1)).toEqual([
      {
        role: "assistant",
        content: "t",
        tool_calls: [
          { id: "a", function: { name: "Bash", arguments: { command: "ls" } } },
          { id: "b", function: { name: "Read", arguments: {} } },
        ],
      },
      { role: "tool", content: "1", tool_name: "Bash", tool_call_id: "a" },
      { role: "tool", content: "2", tool_name: "Read", tool_call_id: "b" },
    ]);
  });

  test("OpenAI: arguments are text", () => {
    expect(messagesOf("openai", history([toolResult("a", "1"), toolResult("b", "2")])).slice(1)).toEqual([
      {
        role: "assistant",
        content: "t",
        tool_calls: [
          { id: "a", type: "function", function: { name: "Bash", arguments: '{"command":"ls"}' } },
          { id: "b", type: "function", function: { name: "Read", arguments: "{}" } },
        ],
      },
      { role: "tool", tool_call_id: "a", content: "1" },
      { role: "tool", tool_call_id: "b", content: "2" },
    ]);
  });

  test("results in the order of the calls, then the rest", () => {
    const fields = history(
      [toolResult("b", "2", { is_error: true }), toolResult("a", "1"), textBlock("also")],
      system("S"),
    );
    expect(after(fields)).toMatchObject([
      { tool_call_id: "a", content: "1" },
      { tool_call_id: "b", content: "Tool error: 2" },
      { role: "user", content: `also\n${REMINDER}` },
    ]);
  });

  test("results and text in two messages", () => {
    expect(after(history([toolResult("a", "1"), toolResult("b", "2")], user("more")))).toHaveLength(3);
  });

  test.each<[string, ContentBlock, string]>([
    ["absent", toolResult("a"), ""],
    ["empty", toolResult("a", ""), ""],
    ["an empty list", toolResult("a", []), ""],
    ["one text", toolResult("a", [textBlock("x")]), "x"],
    ["three texts", toolResult("a", [textBlock("x"), textBlock("y"), textBlock("z")]), "x\ny\nz"],
    ["not an error", toolResult("a", "x", { is_error: false }), "x"],
    ["an error", toolResult("a", [textBlock("x")], { is_error: true }), "Tool error: x"],
    ["an empty error", toolResult("a", [], { is_error: true }), "Tool error: (no output)"],
    ["a reference", toolResult("a", [{ type: "tool_reference", tool_name: "Bash" }]), "Tool loaded: Bash"],
    [
      "a document",
      toolResult("a", [document({ type: "text", media_type: "text/plain", data: "D" })]),
      "<document>\nD\n</document>",
    ],
  ])("content: %s", (_title, result, content) => {
    expect(after(history([result, toolResult("b")]))[0]).toMatchObject({ content });
  });

  test("a PDF is said to be missing", () => {
    const fields = history([toolResult("a", [textBlock("PDF file read: x"), pdf]), toolResult("b")]);
    expect(after(fields)[0]).toMatchObject({
      content: expect.stringMatching(/^PDF file read: x\n\[The contents of this PDF could not/),
    });
    expect(ask("ollama", fields).notes).toEqual(["pdf-not-shown"]);
  });

  test("images follow all results, each with its call", () => {
    const fields = history([
      toolResult("b", [image]),
      toolResult("a", [textBlock("x"), image]),
      textBlock("now"),
    ]);
    expect(after(fields)).toMatchObject([
      { tool_call_id: "a", content: "x\n[image: shown below]" },
      { tool_call_id: "b", content: "[image: shown below]" },
      {
        role: "user",
        content:
          "Image from the result of Bash (call a):\n[image 1]\nImage from the result of Read (call b):\n[image 2]\nnow",
        images: [PNG, PNG],
      },
    ]);
    expect(messagesOf("openai", fields).slice(4)).toEqual([
      {
        role: "user",
        content: [
          { type: "text", text: "Image from the result of Bash (call a):" },
          IMAGE_PART,
          { type: "text", text: "Image from the result of Read (call b):" },
          IMAGE_PART,
          { type: "text", text: "now" },
        ],
      },
    ]);
  });

  test("images on tool messages where they are taken", () => {
    const fields = history([toolResult("a", [image]), toolResult("b", [textBlock("x"), image])]);
    const asked = { flags: { toolImages: true } };
    expect(after(fields, asked)).toMatchObject([
      { content: "", images: [PNG] },
      { content: "x\n", images: [PNG] },
    ]);
    expect(messagesOf("openai", fields, asked).slice(2)).toMatchObject([
      { content: [IMAGE_PART] },
      { content: [{ type: "text" }, IMAGE_PART] },
    ]);
  });

  test.each<[string, ContentBlock[], RegExp]>([
    ["missing", [toolResult("a")], /^messages\.1\.content\.2: .*immediately after: b/],
    [
      "unknown",
      [toolResult("a"), toolResult("b"), toolResult("c")],
      /^messages\.2\.content\.2\.tool_use_id: "c"/,
    ],
    ["twice", [toolResult("a"), toolResult("b"), toolResult("a")], /"a" has more than one/],
  ])("a result that is %s", (_title, results, message) => {
    expect(() => ask("ollama", history(results))).toThrow(message);
  });
});

describe("images", () => {
  test("in order", () => {
    const messages = [user([textBlock("1"), image, textBlock("2")])];
    expect(messagesOf("openai", { messages })).toEqual([
      { role: "user", content: [{ type: "text", text: "1" }, IMAGE_PART, { type: "text", text: "2" }] },
    ]);
    expect(messagesOf("ollama", { messages })).toEqual([
      { role: "user", content: "1\n[image 1]\n2", images: [PNG] },
    ]);
  });

  test("alone", () => {
    expect(messagesOf("ollama", { messages: [user([image])] })).toEqual([
      { role: "user", content: "", images: [PNG] },
    ]);
  });

  test.each<[string, ContentBlock[]]>([
    ["of the user", [image]],
    ["in a document", [document({ type: "content", content: [image] })]],
  ])("%s, to a model without vision", (_title, content) => {
    const asked = { flags: { vision: false } };
    expect(() => ask("ollama", { messages: [user(content)] }, asked)).toThrow(
      /^messages\.0\.content\.0.*: Could not process image: .*does not take images/,
    );
  });

  test("a PDF of the user is refused", () => {
    expect(() => ask("openai", { messages: [user([pdf])] })).toThrow(/^messages\.0\.content\.0\.source: PDF/);
  });
});

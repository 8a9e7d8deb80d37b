import { describe, expect, test } from "vitest";
import type { ContentBlock, Message, MessagesRequest } from "../../messages/types.ts";
import { ask, messagesOf, textBlock, toolResult, toolUse } from "../requests.test.support.ts";
import { signReasoning } from "../signature.ts";

const LONG = "x".repeat(4_000);

/** A question, and as many calls with a long result each, by the tools `even` and `odd` in turn. */
function session(uses: number, last: ContentBlock[] | string = "go on"): Message[] {
  const messages: Message[] = [{ role: "user", content: "q" }];
  for (let n = 0; n < uses; n++) {
    const name = n % 2 === 0 ? "even" : "odd";
    messages.push(
      { role: "assistant", content: [toolUse(`t${n}`, name, { n })] },
      { role: "user", content: [toolResult(`t${n}`, `result ${n} ${LONG}`)] },
    );
  }
  return [...messages, { role: "assistant", content: "so far" }, { role: "user", content: last }];
}

const clearing = (edit: object, messages: Message[] = session(6)): Partial<MessagesRequest> => ({
  messages,
  context_management: { edits: [{ type: "clear_tool_uses_20250919", ...edit }] },
});
const NOW = { trigger: { type: "tool_uses", value: 1 } };
const keep = (value: number): object => ({ keep: { type: "tool_uses", value } });

const sent = (fields: Partial<MessagesRequest>): Record<string, unknown>[] =>
  messagesOf("ollama", fields) as Record<string, unknown>[];

/** Numbers of the results that the model still gets. */
function kept(fields: Partial<MessagesRequest>): number[] {
  return sent(fields).flatMap(({ role, content }) => {
    const number = role === "tool" ? /^result (\d)/.exec(String(content))?.[1] : undefined;
    return number === undefined ? [] : [Number(number)];
  });
}

const editsOf = (fields: Partial<MessagesRequest>): unknown => ask("ollama", fields).context.appliedEdits;

describe("old tool results", () => {
  test.each([
    ["by default three stay", NOW, [3, 4, 5]],
    ["as many stay as asked for", { ...NOW, ...keep(2) }, [4, 5]],
    ["in groups, so that the border stays for a while", { ...NOW, ...keep(4) }, [2, 3, 4, 5]],
    ["a tool's own are spared", { ...NOW, ...keep(1), exclude_tools: ["even"] }, [0, 2, 4, 5]],
    ["nothing below the trigger", { trigger: { type: "tool_uses", value: 6 } }, [0, 1, 2, 3, 4, 5]],
    ["nothing below the default trigger", {}, [0, 1, 2, 3, 4, 5]],
    ["by tokens", { trigger: { type: "input_tokens", value: 5_000 } }, [3, 4, 5]],
    [
      "nothing when it is too little",
      { ...NOW, clear_at_least: { type: "input_tokens", value: 9_000 } },
      [0, 1, 2, 3, 4, 5],
    ],
  ])("%s", (_title, edit, numbers) => {
    expect(kept(clearing(edit))).toEqual(numbers);
    const told = editsOf(clearing(edit)) as { cleared_tool_uses: number; cleared_input_tokens: number }[];
    const uses = told.reduce((sum, { cleared_tool_uses }) => sum + cleared_tool_uses, 0);
    const tokens = told.reduce((sum, { cleared_input_tokens }) => sum + cleared_input_tokens, 0);
    expect(uses).toBe(6 - numbers.length);
    expect(tokens).toBeCloseTo(uses * 1_050, -3);
  });

  test("the border stays while calls come in", () => {
    const borders = [6, 7, 8, 9].map((uses) => kept(clearing(NOW, session(uses))).at(0));
    expect(borders).toEqual([3, 3, 3, 6]);
  });

  test("calls keep their input unless that is to go too", () => {
    const inputs = (edit: object): unknown[] =>
      sent(clearing({ ...NOW, ...keep(5), ...edit })).flatMap(
        (message) => (message["tool_calls"] as { function: { arguments: object } }[] | undefined) ?? [],
      );
    expect(inputs({})[0]).toMatchObject({ function: { arguments: { n: 0 } } });
    for (const clear_tool_inputs of [true, ["even"]]) {
      expect(inputs({ clear_tool_inputs })[0]).toMatchObject({ function: { arguments: {} } });
    }
    expect(inputs({ clear_tool_inputs: ["odd"] })[0]).toMatchObject({ function: { arguments: { n: 0 } } });
  });

  test("what the model has not seen yet stays, and what loaded a tool", () => {
    const fresh = session(2).slice(0, -2);
    expect(kept(clearing({ ...NOW, ...keep(0) }, fresh))).toEqual([1]);
    const loading = session(2);
    loading[2] = {
      role: "user",
      content: [toolResult("t0", [{ type: "tool_reference", tool_name: "odd" }])],
    };
    const tools = ["even", "odd"].map((name) => ({ name, input_schema: { type: "object" } }));
    const fields = { ...clearing({ ...NOW, ...keep(0) }, loading), tools };
    expect(JSON.stringify(messagesOf("ollama", fields))).toContain("Tool loaded: odd");
  });

  test("a failure stays one", () => {
    const messages = session(4);
    messages[2] = { role: "user", content: [{ ...toolResult("t0", LONG), is_error: true } as ContentBlock] };
    const results = messagesOf("ollama", clearing({ ...NOW, ...keep(3) }, messages));
    expect(results[2]).toMatchObject({
      content: expect.stringMatching(/^Tool error: \[This result was cleared/),
    });
  });
});

test("thinking: the turns that are cleared are told; a turn goes on over tool results", () => {
  const thought = (text: string): ContentBlock => ({
    type: "thinking",
    thinking: "",
    signature: signReasoning({ model: "m", text }),
  });
  const messages: Message[] = [
    { role: "user", content: "q" },
    { role: "assistant", content: [thought("R1"), textBlock("a")] },
    { role: "user", content: "r" },
    { role: "assistant", content: [thought("R2"), toolUse("t", "Bash")] },
    { role: "user", content: [toolResult("t", "x")] },
    { role: "assistant", content: [thought("R3"), textBlock("b")] },
    { role: "user", content: "s" },
  ];
  const context_management = { edits: [{ type: "clear_thinking_20251015" }] };
  expect(sent({ messages, context_management }).flatMap((message) => message["thinking"] ?? [])).toEqual([
    "R2",
    "R3",
  ]);
  expect(editsOf({ messages, context_management })).toEqual([
    {
      type: "clear_thinking_20251015",
      cleared_thinking_turns: 1,
      cleared_input_tokens: expect.any(Number) as number,
    },
  ]);
  const all = { edits: [{ type: "clear_thinking_20251015", keep: "all" }] };
  expect(editsOf({ messages, context_management: all })).toEqual([]);
});

import { expect, test } from "vitest";
import { checkMessage } from "./check-message.ts";

const text = { type: "text", text: "hi", citations: null };
const call = { type: "tool_use", id: "toolu_1", name: "Bash", input: { command: "ls" } };
const thinking = { type: "thinking", thinking: "", signature: "sig" };

const message = (fields: object = {}): object => ({
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: "m",
  content: [text],
  stop_reason: "end_turn",
  stop_sequence: null,
  usage: { input_tokens: 3, output_tokens: 2 },
  ...fields,
});

test.each<[name: string, body: unknown]>([
  ["text", message()],
  ["nothing", message({ content: [] })],
  [
    "thinking, text and calls",
    message({ content: [thinking, text, call, { ...call, id: "toolu_2" }], stop_reason: "tool_use" }),
  ],
  ["a call cut by the limit", message({ content: [{ ...call, input: {} }], stop_reason: "max_tokens" })],
  [
    "a call cut by the window",
    message({ content: [{ ...call, input: {} }], stop_reason: "model_context_window_exceeded" }),
  ],
  ["a stop sequence", message({ stop_reason: "stop_sequence", stop_sequence: "x" })],
  [
    "a block of another kind",
    message({ content: [{ type: "web_search_tool_result", tool_use_id: "s", content: [] }] }),
  ],
])("accepts %s", (_name, body) => {
  expect(checkMessage(body)).toEqual([]);
});

test.each<[body: unknown, message: RegExp]>([
  [null, /not a JSON object/],
  ["text", /not a JSON object/],
  [message({ id: "" }), /^id /],
  [message({ type: "error" }), /^type /],
  [message({ role: "user" }), /^role /],
  [message({ model: null }), /^model /],
  [message({ content: null }), /^content /],
  [message({ content: "hi" }), /^content /],
  [message({ stop_reason: null }), /^stop_reason is null/],
  [message({ stop_reason: "length" }), /^stop_reason is "length"/],
  [message({ stop_sequence: undefined, usage: {} }), /usage.input_tokens/],
  [message({ usage: { input_tokens: 1, output_tokens: 1.5 } }), /usage.output_tokens/],
  [message({ content: [{ type: "text", text: "" }] }), /without text/],
  [message({ content: [{ type: "thinking", thinking: "a", signature: "" }] }), /without a signature/],
  [message({ content: [{ type: "thinking", signature: "s" }] }), /without thinking/],
  [message({ content: [{ ...call, id: "" }], stop_reason: "tool_use" }), /without an id/],
  [message({ content: [{ ...call, id: "a b" }], stop_reason: "tool_use" }), /well-formed/],
  [message({ content: [{ ...call, name: "" }], stop_reason: "tool_use" }), /without a name/],
  [message({ content: [{ ...call, input: "{}" }], stop_reason: "tool_use" }), /not an object/],
  [message({ content: [{ ...call, input: null }], stop_reason: "tool_use" }), /not an object/],
  [message({ content: [call, call], stop_reason: "tool_use" }), /used twice/],
  [message({ content: [call] }), /end_turn after a complete tool_use/],
  [message({ stop_reason: "tool_use" }), /without a tool_use block/],
  [message({ content: [{}] }), /without a type/],
  [message({ content: [5] }), /without a type/],
])("flags %j", (body, problem) => {
  const findings = checkMessage(body);
  expect(findings[0]).toMatchObject({
    rule: "MC",
    severity: "error",
    message: expect.stringMatching(problem),
  });
});

test("a missing stop_sequence key", () => {
  const { stop_sequence: _dropped, ...rest } = message() as Record<string, unknown>;
  expect(checkMessage(rest)).toMatchObject([{ rule: "MC", message: "no stop_sequence key" }]);
});

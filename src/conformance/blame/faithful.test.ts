import { expect, test } from "vitest";
import { unfaithful } from "./faithful.ts";
import { callOf, type Said } from "./said.ts";

const said = (more: Partial<Said> = {}): Said => ({
  text: "",
  thinking: "",
  calls: [],
  finish: null,
  ...more,
});
const call = (raw: string, name = "Read"): Said => said({ calls: [callOf(name, raw)] });
const input_schema = {
  properties: { path: { type: "string" }, n: { type: "integer" }, how: { enum: ["a", "b"] } },
  required: ["path"],
  additionalProperties: false,
};
const request = { tools: [{ name: "Read", input_schema }, { name: "mcp__a.b" }] };
const one = { ...request, tool_choice: { type: "auto", disable_parallel_tool_use: true } };
const SALVAGED = 'I look.\n<tool_call>{"name":"Read","arguments":{"path":"a \\"b\\""}}</tool_call>';

test.each<[title: string, front: Said, back: Said, request?: unknown]>([
  ["the same text", said({ text: "It is." }), said({ text: "It is." })],
  ["trimmed", said({ text: "It is." }), said({ text: "\n\nIt is.\n" })],
  ["thinking told", said({ text: "a", thinking: "hm" }), said({ text: "a", thinking: " hm" })],
  ["thinking left out", said({ text: "a" }), said({ text: "a", thinking: "hm" })],
  ["thinking in tags", said({ text: "a", thinking: "hm" }), said({ text: "<think>hm</think>a" })],
  ["thinking in tags, never closed", said({ thinking: "hm" }), said({ text: "<think>hm" })],
  [
    "an end at a stop sequence",
    said({ text: "one", finish: "stop_sequence" }),
    said({ text: "one STOP two" }),
  ],
  ["a call, keys in another order", call('{"n":1,"path":"x"}'), call('{"path":"x","n":1}')],
  ["a call without arguments", call("{}", "mcp__a.b"), call("", "mcp__a.b")],
  ["a name that was another there", call("{}", "mcp__a.b"), call("{}", "mcp__a_b")],
  ["arguments repaired: no JSON", call('{"path":"x"}'), call('{"path":"x",')],
  ["arguments repaired: a wrong type", call('{"path":"x","n":1}'), call('{"path":"x","n":"1"}')],
  ["arguments repaired: a missing key", call('{"path":"x"}'), call('{"file":"x"}')],
  ["a call out of the text", { ...call('{"path":"a \\"b\\""}'), text: "I look." }, said({ text: SALVAGED })],
  [
    "one call where one was wanted",
    call("{}"),
    said({ calls: [callOf("Read", "{}"), callOf("Read", "{}")] }),
    one,
  ],
  ["cut by its length", said({ text: "a", finish: "max_tokens" }), said({ text: "a", finish: "length" })],
  ["a call that was cut", said({ finish: "max_tokens" }), { ...call('{"pa'), finish: "length" }],
])("faithful: %s", (_title, front, back, asked = request) => {
  expect(unfaithful(front, back, asked)).toBeNull();
});

test.each<[title: string, front: Said, back: Said, why: string]>([
  ["no text", said(), said({ text: "It is." }), "the text differs at character 0 (white space not counted)"],
  [
    "less text",
    said({ text: "It" }),
    said({ text: "It is." }),
    "the text differs at character 2 (white space not counted)",
  ],
  [
    "other text",
    said({ text: "It was." }),
    said({ text: "It is." }),
    "the text differs at character 2 (white space not counted)",
  ],
  [
    "more text",
    said({ text: "It is. So" }),
    said({ text: "It is." }),
    "the text differs at character 5 (white space not counted)",
  ],
  [
    "tags left in",
    said({ text: "<think>hm</think>a" }),
    said({ text: "a" }),
    "the text differs at character 0 (white space not counted)",
  ],
  ["a call lost", said(), call("{}"), "the call of Read is missing: 0 of 1 arrived"],
  ["another tool", call('{"path":"x"}', "Bash"), call('{"path":"x"}'), "a call of Read became one of Bash"],
  ["arguments altered", call('{"path":"y"}'), call('{"path":"x"}'), "the arguments of Read are others"],
  [
    "a number altered",
    call('{"path":"y","n":9007199254740992}'),
    call('{"path":"y","n":9007199254740993}'),
    "the arguments of Read are others",
  ],
  [
    "a call invented",
    call('{"path":"x"}'),
    said({ text: "Read it?" }),
    "the model server holds no call of Read",
  ],
  ["thinking invented", said({ thinking: "so" }), said({ thinking: "hm" }), "the thinking is another one"],
  [
    "a cut hidden",
    said({ finish: "end_turn" }),
    said({ finish: "length" }),
    "the answer was cut by its length, and end_turn hides it",
  ],
  [
    "a cut invented",
    said({ finish: "max_tokens" }),
    said({ finish: "stop" }),
    "the answer was not cut by its length",
  ],
])("unfaithful: %s", (_title, front, back, why) => {
  expect(unfaithful(front, back, request)).toBe(why);
});

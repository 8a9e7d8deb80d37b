import { expect, test } from "vitest";
import { request } from "../testing/cassettes.ts";
import { diffJson } from "./diff.ts";
import { canonicalRequest, RULES } from "./normalise.ts";
import type { Places } from "./normalise-text.ts";

interface Side {
  body: unknown;
  places?: Places;
}

const user = (content: unknown): unknown => ({ model: "m", messages: [{ role: "user", content }] });
const said = (text: string, places?: Places): Side => ({
  body: user(text),
  ...(places === undefined ? {} : { places }),
});
const results = (...order: string[]): Side => ({
  body: {
    messages: [
      {
        role: "assistant",
        content: ["a", "b"].map((id) => ({ type: "tool_use", id, name: "Read", input: {} })),
      },
      { role: "user", content: order.map((id) => ({ type: "tool_result", tool_use_id: id, content: id })) },
    ],
  },
});
const at = (home: string | null, cwd: string | null): Places => ({ home, cwd });

/** Two requests that mean the same, by one rule and no other. */
const PAIRS: [rule: string, recorded: Side, live: Side][] = [
  ["metadata", { body: { metadata: { user_id: "1" } } }, { body: { metadata: { user_id: "2" } } }],
  ["safeguards", { body: { safeguards: [{ cwd: "/a" }] } }, { body: { safeguards: [{ cwd: "/b" }] } }],
  ["diagnostics", { body: { diagnostics: 1 } }, { body: {} }],
  [
    "cache-control",
    { body: user([{ type: "image" }, { type: "image", cache_control: { type: "ephemeral" } }]) },
    { body: user([{ type: "image", cache_control: { type: "ephemeral" } }, { type: "image" }]) },
  ],
  [
    "not-an-error",
    { body: user([{ type: "tool_result", tool_use_id: "x", content: "y", is_error: false }]) },
    { body: user([{ type: "tool_result", tool_use_id: "x", content: "y" }]) },
  ],
  ["result-order", results("a", "b"), results("b", "a")],
  ["reminders", said("hi<system-reminder>one</system-reminder>"), said("hi")],
  [
    "system-messages",
    {
      body: {
        messages: [
          { role: "user", content: "hi" },
          { role: "system", content: "Tuesday" },
        ],
      },
    },
    {
      body: {
        messages: [
          { role: "user", content: "hi" },
          { role: "system", content: "Monday" },
        ],
      },
    },
  ],
  ["single-text", said("hi"), { body: user([{ type: "text", text: "hi" }]) }],
  ["system", { body: { system: "a" } }, { body: { system: "b" } }],
  [
    "descriptions",
    { body: { tools: [{ name: "A", input_schema: { properties: { description: { description: "x" } } } }] } },
    {
      body: { tools: [{ name: "A", description: "new", input_schema: { properties: { description: {} } } }] },
    },
  ],
  [
    "thinking",
    { body: { thinking: { type: "adaptive", display: "omitted" } } },
    { body: { thinking: { type: "adaptive" } } },
  ],
  ["context", { body: { context_management: {} } }, { body: {} }],
  ["effort", { body: { output_config: { effort: "high" } } }, { body: { output_config: { effort: "low" } } }],
  [
    "billing",
    said("x-anthropic-billing-header: cc_version=1.a;"),
    said("x-anthropic-billing-header: cc_version=1.b;"),
  ],
  ["git", said("gitStatus: on main\nM a"), said("gitStatus: on topic")],
  [
    "total-tokens",
    said("ok\n<total_tokens>5 tokens left</total_tokens>"),
    said("ok<total_tokens>4 tokens left</total_tokens>"),
  ],
  ["nudge-newline", said("say hi\n"), said("say hi")],
  [
    "cwd",
    said("in /cwdcw: -cwdcw-memory", at(null, "/cwdcw")),
    said("in /cwd: -cwd-memory", at(null, "/cwd")),
  ],
  ["home", said("/homeh/.claude", at("/homeh", null)), said("/hom/.claude", at("/hom", null))],
  ["scratch", said("see /tmp/claude-0/x"), said("see /private/tmp/claude-501/y")],
  ["date", said("Today is 2026-01-02, Jan 2, 2026"), said("Today is 2027-11-12, November 12, 2027")],
  ["os", said("OS Version: Linux 5\nShell: zsh"), said("OS Version: Darwin 25\nShell: bash")],
  ["uuid", said("id 123e4567-e89b-12d3-a456-426614174000"), said("id 00000000-e89b-12d3-a456-426614174000")],
  ["tool-id", said("toolu_a call_b toolu_a"), said("toolu_c call_d toolu_c")],
  ["agent", said("agentId: a0123456789abcdef"), said("agentId: affffffffffffffff")],
  [
    "duration",
    said("duration_ms: 12 <duration_ms>7</duration_ms>"),
    said("duration_ms: 345 <duration_ms>8</duration_ms>"),
  ],
  ["agent-tokens", said("subagent_tokens: 12"), said("subagent_tokens: 13")],
  ["persisted", said("p/tool-results/abc.txt"), said("p/tool-results/xyz1.txt")],
  ["secret", said("key REDACTED-key-1-xxxx"), said("key REDACTED-key-1-xx")],
];

const canonical = ({ body, places }: Side, without?: string): unknown =>
  canonicalRequest(
    request(body),
    places ?? at(null, null),
    RULES.filter(({ id }) => id !== without),
  ).hard;

test.each(PAIRS)(
  "rule %s makes two requests the same, and they differ without it",
  (rule, recorded, live) => {
    expect(canonical(live)).toEqual(canonical(recorded));
    expect(canonical(live, rule)).not.toEqual(canonical(recorded, rule));
  },
);

test("every rule has such a pair, and says why it is there", () => {
  expect(RULES.map(({ id }) => id).toSorted()).toEqual(PAIRS.map(([id]) => id).toSorted());
  expect(RULES.filter(({ why }) => why.length < 8)).toEqual([]);
});

test.each<[string, unknown, unknown]>([
  ["another question", user("one"), user("two")],
  [
    "another result",
    user([{ type: "tool_result", tool_use_id: "x", content: "12 files" }]),
    user([{ type: "tool_result", tool_use_id: "x", content: "13 files" }]),
  ],
  ["stream", { stream: true }, { stream: false }],
  ["model", { model: "a" }, { model: "b" }],
  ["max_tokens", { max_tokens: 1 }, { max_tokens: 2 }],
  ["a tool more", { tools: [{ name: "A" }] }, { tools: [{ name: "A" }, { name: "B" }] }],
  [
    "a schema",
    { tools: [{ name: "A", input_schema: { required: ["x"] } }] },
    { tools: [{ name: "A", input_schema: {} }] },
  ],
  ["tool_choice", { tool_choice: { type: "auto" } }, {}],
  [
    "a result that fails",
    user([{ type: "tool_result", tool_use_id: "x", is_error: true }]),
    user([{ type: "tool_result", tool_use_id: "x" }]),
  ],
  ["ids that cross", said("toolu_a toolu_b toolu_a").body, said("toolu_a toolu_b toolu_b").body],
])("no rule swallows %s", (_, recorded, live) => {
  expect(canonical({ body: live })).not.toEqual(canonical({ body: recorded }));
});

function soft(text: string): unknown {
  return canonicalRequest(request({ system: text, messages: [] }), at(null, null)).soft;
}

test("what drifts softly is named by pointer", () => {
  expect(diffJson(soft("be kind"), soft("be brief"))).toEqual([
    { pointer: "/~1system", recorded: "be kind", got: "be brief" },
  ]);
});

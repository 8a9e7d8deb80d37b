import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startScriptedEngine } from "../testing/scripted-engine.ts";
import { trueModelDefect, type TrueModel } from "../testing/true-model.ts";
import { toolCall } from "../scripted/pieces.ts";
import { createBridge } from "./bridge.ts";

const defect = await trueModelDefect();
if (defect !== null) console.warn(`SKIPPED, tool schemas on a real llama-server: ${defect}`);

let engine: TrueModel;

beforeAll(async () => {
  if (defect === null)
    engine = await startScriptedEngine([{ marker: "[[call]]", pieces: toolCall("Fine", { p: "x" }) }]);
});

afterAll(() => engine?.close());

const text = (more: object): object => ({ type: "string", ...more });

/** What llama-server b10434 refuses, or worse, each in a tool beside a good one. */
const POISONED: [what: string, p: unknown, more?: object][] = [
  ["a pattern without anchors", text({ pattern: "a" })],
  ["a pattern with one anchor", text({ pattern: "^/" })],
  ["a digit class", text({ pattern: "^\\d{3}$" })],
  ["a word class", text({ pattern: "^[\\w\\-]+$" })],
  ["a Unicode class", text({ pattern: "^\\p{L}+$" })],
  ["an escaped slash", text({ pattern: "^\\/a$" })],
  ["a back reference", text({ pattern: "^(a)\\1$" })],
  ["a class left open", text({ pattern: "^[a$" })],
  ["a large repetition", text({ pattern: "^.{1,2000}$" })],
  ["a pattern that is none (the server ends)", text({ pattern: "^*a$" })],
  ["a reversed quantifier (the server hangs)", text({ pattern: "^a{3,1}$" })],
  ["a lone bracket (the server hangs)", text({ pattern: "^]$" })],
  ["reversed lengths (the server hangs)", text({ minLength: 5, maxLength: 2 })],
  ["reversed counts (the server hangs)", { type: "array", items: {}, minItems: 5, maxItems: 2 }],
  ["a long text", text({ maxLength: 2000 })],
  ["a long list", { type: "array", items: { type: "string" }, maxItems: 2000 }],
  ["a limit beyond 64 bits", { type: "integer", maximum: 1e300 }],
  ["a limit that is text", { type: "integer", minimum: "1" }],
  ["a format that is no text", text({ format: 5 })],
  ["true", true],
  ["false", false],
  ["items of any kind", { type: "array", items: true }],
  ["an alternative of any kind", { anyOf: [true, { type: "null" }] }],
  ["no alternative", { oneOf: [] }],
  ["no type", { type: [] }],
  ["an unknown type", { type: "any" }],
  ["a reference to the whole", { $ref: "#" }],
  ["a reference to nothing", { $ref: "#/$defs/Nope" }],
  ["a reference elsewhere", { $ref: "other.json" }],
  ["a reference in a circle", { $ref: "#/$defs/A" }, { $defs: { A: { $ref: "#/$defs/A" } } }],
  ["an escaped reference", { $ref: "#/$defs/A~1b" }, { $defs: { "A/b": { type: "string" } } }],
  ["an anchor", { $ref: "#x" }, { $defs: { A: { $anchor: "x", type: "string" } } }],
  [
    "alternatives of itself",
    { $ref: "#/$defs/A" },
    { $defs: { A: { anyOf: [{ $ref: "#/$defs/A" }, { type: "null" }] } } },
  ],
];

const FINE = {
  name: "Fine",
  description: "Takes a text.",
  input_schema: { type: "object", properties: { p: { type: "string" } }, required: ["p"] },
};
const poisoned = POISONED.map(([, p, more], n) => ({
  name: `Poisoned${n}`,
  description: "Takes more.",
  input_schema: { type: "object", properties: { p }, ...more },
}));

async function callWith(tools: object[], content = "[[call]]"): Promise<unknown> {
  const bridge = createBridge({ provider: "openai", baseUrl: engine.baseUrl, model: "scripted" });
  onTestFinished(() => bridge.close());
  const request = {
    model: "scripted",
    max_tokens: 200,
    tools,
    messages: [{ role: "user", content }],
  };
  const answer = await bridge.fetch(
    new Request("http://bridge/v1/messages", {
      method: "POST",
      headers: { "content-type": "application/json", "x-api-key": "any", "anthropic-version": "2023-06-01" },
      body: JSON.stringify(request),
      signal: AbortSignal.timeout(20_000),
    }),
  );
  return answer.json();
}

const called = { content: [{ type: "tool_use", name: "Fine", input: { p: "x" } }], stop_reason: "tool_use" };

describe.skipIf(defect !== null)("what llama-server does not take ends no request", () => {
  test.each(POISONED.map(([what], n) => [what, n] as const))("%s", async (_what, n) => {
    const tool = poisoned[n];
    expect(await callWith([FINE, ...(tool === undefined ? [] : [tool])])).toMatchObject(called);
  });

  test("all of them at once", async () => {
    expect(await callWith([...poisoned, FINE])).toMatchObject(called);
  });

  test("half a character in the prompt does not either", async () => {
    expect(await callWith([FINE], "[[call]] cut \ud83d")).toMatchObject(called);
  });
});

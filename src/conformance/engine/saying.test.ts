import { expect, test } from "vitest";
import type { EngineWay } from "../options.ts";
import type { SendSpec } from "../case.ts";
import { expandSends } from "../send.ts";
import { withMarker } from "./engine-world.ts";
import { sayingOf } from "./saying.ts";

const look = {
  name: "look",
  input_schema: { type: "object", properties: { n: { type: "integer" }, q: {} } },
};

function saying(send: SendSpec, mode: EngineWay["mode"]): ReturnType<typeof sayingOf> {
  const spec = { id: "a.b", level: "MUST" as const, kinds: [], title: "", spec: [], sends: [send] };
  const [one] = expandSends(spec, { request: { tools: [look] } }, "ollama");
  if (one === undefined) throw new Error("no send");
  return sayingOf(one, { mode });
}

const call = { call: { name: "look", arguments: { n: 1 } } };

test("text is said piece by piece, a call as the template wants it", () => {
  expect(saying({ answer: [{ text: ["a", " b"] }, call] }, "go")).toMatchObject({
    scripts: [
      {
        marker: expect.stringMatching(/^\[\[say-[0-9a-f]{12}\]\]$/) as string,
        pieces: [
          "a",
          " b",
          "<tool_call",
          '>\n{"name":',
          '"look","ar',
          'guments":{',
          '"n":1}}\n</',
          "tool_call>",
        ],
      },
    ],
  });
});

test.each<[why: string, send: SendSpec, mode: EngineWay["mode"], reason: RegExp]>([
  ["a frame", { answer: [{ frame: {} }] }, "go", /frames, bytes/],
  ["a status", { answer: [{ status: 500 }] }, "go", /frames, bytes/],
  ["two answers", { answers: [[], []] }, "go", /several answers/],
  ["a cutting", { splits: ["byte"] }, "go", /cut/],
  ["an id", { answer: [{ call: { ...call.call, id: "x" } }] }, "go", /ids and positions/],
  ["text after a call", { answer: [call, { text: "a" }] }, "go", /text after a call/],
  ["an unknown tool", { answer: [{ call: { name: "x", arguments: {} } }] }, "parser", /not declared/],
  ["an unknown tool in a grammar", { answer: [{ call: { name: "x", arguments: {} } }] }, null, /grammar/],
  [
    "a wrong type in a grammar",
    { answer: [{ call: { name: "look", arguments: { n: "x" } } }] },
    null,
    /grammar/,
  ],
  ["a broken call in a grammar", { says: ['<tool_call>\n{"name"'] }, "jinja", /grammar/],
  ["a broken character in llama.cpp", { says: [200] }, null, /character/],
  ["a count", { expect: [{ answer: { at: "usage.input_tokens", equals: 12 } }] }, "go", /counts/],
])("%s cannot be said", (_why, send, mode, reason) => {
  expect(saying(send, mode)).toEqual({ cannot: expect.stringMatching(reason) as string });
});

test("a broken call is said where no grammar forbids it", () => {
  expect(saying({ says: ['<tool_call>\n{"name"'] }, "go")).toHaveProperty("scripts");
});

test("a bridge that searches asks again: a script for each of its requests", () => {
  const search = { call: { name: "web_search", arguments: { query: "a" } } };
  const tools = [{ type: "web_search_20250305", name: "web_search" }];
  const send: SendSpec = { request: { tools }, answers: [[search], [{ text: "Found." }]] };
  for (const mode of ["go", "jinja", "parser", null] as const)
    expect(saying(send, mode)).toMatchObject({ scripts: [{}, { pieces: ["Found."] }] });
});

test("the marker is added behind the last message, and big numbers survive", () => {
  const body = '{"model":"a","n":9007199254740993,"max_tokens":5,"messages":[{"role":"user","content":"b"}]}';
  const wanted = { model: "m", marker: () => "[[x]]", unlimited: true };
  expect(new TextDecoder().decode(withMarker(new TextEncoder().encode(body), wanted))).toBe(
    '{"model":"m","n":9007199254740993,"max_tokens":4096,"messages":[{"role":"user","content":"b[[x]]"}]}',
  );
});

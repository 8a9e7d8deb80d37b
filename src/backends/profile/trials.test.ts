import { expect, test } from "vitest";
import { outcomeOf, trialBody, type Trial } from "./trials.ts";

const ollama = (message: object): object => ({
  message: { role: "assistant", content: "", ...message },
  done: true,
});
const openai = (message: object): object => ({ choices: [{ message }] });

test.each<[name: string, Trial, status: number, json: object, has: boolean | null, from: string]>([
  ["a call", "tools", 200, ollama({ tool_calls: [{}] }), true, "it called a tool"],
  ["a call, openai", "tools", 200, openai({ content: null, tool_calls: [{}] }), true, "it called a tool"],
  ["no call", "tools", 200, ollama({ content: "12:00" }), true, "tools were accepted, and it called none"],
  [
    "no tools",
    "tools",
    400,
    { error: "m does not support tools" },
    false,
    "answered 400: m does not support tools",
  ],
  ["thinking", "thinking", 200, ollama({ thinking: "7 × 13" }), true, "it thought"],
  ["reasoning", "thinking", 200, openai({ reasoning_content: "7 × 13" }), true, "it thought"],
  ["reasoning by its other name", "thinking", 200, openai({ reasoning: "7 × 13" }), true, "it thought"],
  ["no thought", "thinking", 200, openai({ content: "No." }), null, "it did not think"],
  [
    "cannot think",
    "thinking",
    400,
    { error: '"m" does not support thinking' },
    false,
    'answered 400: "m" does not support thinking',
  ],
  ["JSON", "structured", 200, ollama({ content: '{"ok":true}' }), true, "it kept to a schema"],
  [
    "other JSON",
    "structured",
    200,
    ollama({ content: '{"ok":"yes"}' }),
    false,
    "it did not keep to a schema",
  ],
  ["prose", "structured", 200, openai({ content: "Yes" }), false, "it did not keep to a schema"],
  [
    "no sight",
    "vision",
    500,
    { error: { message: "image input is not supported" } },
    false,
    "answered 500: image input is not supported",
  ],
  ["sight", "vision", 200, openai({ content: "White" }), true, "it was accepted"],
  [
    "another failure shows nothing",
    "vision",
    500,
    { error: "out of memory" },
    null,
    "answered 500: out of memory",
  ],
])("%s: %s", (_name, trial, status, json, has, from) => {
  expect(outcomeOf(trial, { status, json, text: JSON.stringify(json), ms: 1 })).toEqual({ has, from });
});

test("no answer shows nothing", () => {
  expect(outcomeOf("tools", null)).toEqual({ has: null, from: "no answer" });
});

test("an answer that is no JSON shows nothing", () => {
  const reply = { status: 502, json: undefined, text: "<html>\n Bad   gateway", ms: 1 };
  expect(outcomeOf("tools", reply)).toEqual({ has: null, from: "answered 502: <html> Bad gateway" });
});

test("an Ollama is asked with the context it is to run with, so that nothing is loaded twice", () => {
  expect(trialBody("warm-up", "ollama", "m", 8192)).toMatchObject({
    options: { num_ctx: 8192, num_predict: 1 },
  });
  expect(trialBody("warm-up", "ollama", "m", null)).toMatchObject({ options: { num_predict: 1 } });
});

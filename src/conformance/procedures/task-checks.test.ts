import { expect, test } from "vitest";
import type { ToolUse } from "../tool-uses.ts";
import { unmet, type Passed, type TaskFacts } from "./task-checks.ts";

function use(name: string, text: string | null, over: Partial<ToolUse> = {}): ToolUse {
  const result = text === null ? null : { text, isError: text.startsWith("Error") };
  return { turn: 0, id: `${name} ${text}`, name, input: { file_path: "a.txt" }, result, ...over };
}

const facts: TaskFacts = {
  uses: [use("Read", "Error: no such file"), use("Read", "needle", { turn: 1 })],
  said: "It is needle.",
  before: { "a.txt": "needle", "b.txt": "other" },
  after: { "a.txt": "needle", "b.txt": "other" },
  ran: { exitCode: 0, output: "" },
};

const passed: Passed = {
  tools: [
    { name: ["Read", "Bash"], error: true },
    { name: "Read", result: { contains: "needle" }, input: { contains: "a.txt" } },
  ],
  result: { contains: "needle" },
  files: { "a.txt": "needle", "gone.txt": { absent: true } },
  unchanged: ["b.txt"],
  node: ["--test"],
};

test("all that was asked for holds", () => {
  expect(unmet(passed, facts)).toEqual([]);
});

test.each<[string, Partial<Passed>, Partial<TaskFacts>, RegExp]>([
  ["no tool", {}, { uses: [] }, /^no tool was called; it said “It is needle\.”$/],
  ["no tool, no word", {}, { uses: [], said: null }, /^no tool was called; there was no answer$/],
  [
    "a call without a result",
    {},
    { uses: [use("Read", null)] },
    /^there was no call of Read or Bash that was answered with an error/,
  ],
  ["no error", {}, { uses: facts.uses.slice(1) }, /answered with an error/],
  [
    "the order",
    {},
    { uses: facts.uses.toReversed() },
    /^there was no call of Read that was answered with a result.* after that$/,
  ],
  ["another tool", { tools: [{ name: "Edit" }] }, {}, /no call of Edit/],
  ["other arguments", { tools: [{ name: "Read", input: { contains: "b.txt" } }] }, {}, /arguments .*b\.txt/],
  ["not together", { together: 2 }, {}, /^no answer made 2 calls at once: the most is 1$/],
  ["other words", { result: "needle" }, {}, /^what the user sees is "It is needle\.", not "needle"$/],
  ["no words", {}, { said: null }, /^what the user sees lacks/],
  ["another file", { files: { "a.txt": "thread" } }, {}, /^a\.txt is "needle", not "thread"$/],
  ["a file that is not there", { files: { "c.txt": { contains: "x" } } }, {}, /^c\.txt lacks "x"/],
  ["a file too many", { files: { "a.txt": { absent: true } } }, {}, /^a\.txt is there/],
  ["a changed file", {}, { after: { ...facts.after, "b.txt": "mine" } }, /^b\.txt was changed/],
  ["a file taken away", {}, { after: { "a.txt": "needle" } }, /^b\.txt was changed/],
  [
    "a test that fails",
    {},
    { ran: { exitCode: 1, output: "not ok 1" } },
    /^node --test ended with 1: not ok 1$/,
  ],
  [
    "a test that was stopped",
    {},
    { ran: { exitCode: null, output: "" } },
    /^node --test ended with a signal/,
  ],
])("%s", (_what, wanted, found, problem) => {
  const problems = unmet({ ...passed, ...wanted }, { ...facts, ...found });
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(problem);
});

test("calls of one answer are together when all have results", () => {
  const uses = [use("Read", "one"), use("Read", "needle")];
  expect(unmet({ tools: [{ name: "Read" }], together: 2 }, { ...facts, uses })).toEqual([]);
});

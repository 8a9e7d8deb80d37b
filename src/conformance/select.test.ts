import { expect, test } from "vitest";
import type { SuiteFile } from "./case.ts";
import type { LiveModel } from "./options.ts";
import { selectJobs } from "./select.ts";

const CASE = { level: "SHOULD", kinds: ["client"], title: "", spec: [] } as const;

const SUITES = [
  {
    suite: "a",
    title: "",
    cases: [
      { ...CASE, id: "a.both" },
      { ...CASE, id: "a.one", upstreams: ["openai"] },
      { ...CASE, id: "a.dear", usually: ["ollama"] },
      { ...CASE, id: "a.spared", upstreams: ["ollama"], usually: [] },
    ],
  },
] as unknown as SuiteFile[];

const TARGET = { url: "http://127.0.0.1:1", upstreamPort: 2 };

test.each([
  [
    "a whole run spares what is dear, and says what it leaves out",
    {},
    ["both ollama", "both openai", "one openai", "dear ollama", "spared ollama skipped"],
  ],
  [
    "a named suite spares nothing",
    { suites: ["a"] },
    ["both ollama", "both openai", "one openai", "dear ollama", "dear openai", "spared ollama"],
  ],
  ["nor a named case", { cases: ["a.d*"] }, ["dear ollama", "dear openai"]],
  [
    "a foreign target has its own upstream",
    { target: { ...TARGET, upstream: "openai" } },
    ["both openai", "one openai", "dear openai"],
  ],
] as const)("%s", (_what, options, expected) => {
  const jobs = selectJobs(SUITES, { version: "test", ...options });
  const rows = jobs.map(
    ({ spec, dialect, skip }) => `${spec.id.slice(2)} ${dialect}${skip === null ? "" : " skipped"}`,
  );
  expect(rows).toEqual(expected);
});

const TASK = {
  ...CASE,
  id: "a.task",
  kinds: ["capable"],
  needs: ["tools"],
  procedure: { task: { prompt: "x", passed: { tools: [{ name: "Read" }] } } },
};
const TASKS = [{ suite: "a", title: "", cases: [TASK] }] as unknown as SuiteFile[];

function live(name: string, tools: boolean): LiveModel {
  const capabilities = { tools: { has: tools, from: "/api/show" } };
  const profile = { capabilities } as unknown as LiveModel["profile"] & object;
  return { name, kind: "url", description: "", provider: "ollama", baseUrl: "http://127.0.0.1:1", profile };
}

test("a task has a row per live model, which is skipped when the model lacks what it needs", () => {
  const jobs = selectJobs(TASKS, { version: "test", live: [live("a", true), live("b", false)] });
  expect(jobs.map(({ kind, live: model, skip }) => [kind, model?.name, skip])).toEqual([
    ["capable", "a", null],
    ["capable", "b", "the model has no tools (/api/show)"],
  ]);
});

test("without a live model there is nothing to do, and why is said", () => {
  expect(() => selectJobs(TASKS, { version: "test", suites: ["a"] })).toThrow(
    "all cases of --suite a are for a live model: name one with --model",
  );
});

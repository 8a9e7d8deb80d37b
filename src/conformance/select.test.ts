import { expect, test } from "vitest";
import type { SuiteFile } from "./case.ts";
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
    ],
  },
] as unknown as SuiteFile[];

const TARGET = { url: "http://127.0.0.1:1", upstreamPort: 2 };

test.each([
  ["a whole run spares what is dear", {}, ["both ollama", "both openai", "one openai", "dear ollama"]],
  [
    "a named suite spares nothing",
    { suites: ["a"] },
    ["both ollama", "both openai", "one openai", "dear ollama", "dear openai"],
  ],
  ["nor a named case", { cases: ["a.d*"] }, ["dear ollama", "dear openai"]],
  [
    "a foreign target has its own upstream",
    { target: { ...TARGET, upstream: "openai" } },
    ["both openai", "one openai", "dear openai"],
  ],
] as const)("%s", (_what, options, expected) => {
  const jobs = selectJobs(SUITES, { version: "test", ...options });
  expect(jobs.map(({ spec, dialect }) => `${spec.id.slice(2)} ${dialect}`)).toEqual(expected);
});

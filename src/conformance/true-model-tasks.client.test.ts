import { afterAll, beforeAll, expect, test } from "vitest";
import { startTrueModel, trueModelDefect, type TrueModel } from "../testing/true-model.ts";
import { loadSuites } from "./load.ts";
import type { LiveModel } from "./options.ts";
import { runSuite } from "./run-suite.ts";
import type { Attempt } from "./types.ts";

const defect = await trueModelDefect();
if (defect !== null) console.warn(`SKIPPED, tasks on a true model: ${defect}`);

let model: TrueModel;

beforeAll(async () => {
  if (defect === null) model = await startTrueModel();
});

afterAll(async () => {
  if (defect === null) await model.close();
});

/** It would talk for minutes. */
const LIMIT = "30s";

/** As `profileModel` finds it. */
const PROFILE = {
  context: { limit: 8192, used: 8192, needed: 12_000 },
  capabilities: {
    tools: { has: true, from: "tools were accepted, and it called none" },
    vision: { has: false, from: "/props" },
  },
} as LiveModel["profile"] & object;

test("a true model that knows no tools does no task, is to blame for it, and is told so", async ({
  skip,
}) => {
  if (defect !== null) skip(defect);
  const { baseUrl, model: name } = model;
  const [tasks] = await loadSuites(undefined, { suites: ["tasks"] });
  const cases = (tasks?.cases ?? []).filter(({ id }) => /^tasks\.(?:read|image)$/.test(id));
  const attempts: Attempt[] = [];
  const report = await runSuite(
    {
      loaded: [
        { suite: "tasks", title: "", defaults: {}, cases: cases.map((one) => ({ ...one, limit: LIMIT })) },
      ],
      live: [
        { name, kind: "url", description: "llama-server", provider: "openai", baseUrl, profile: PROFILE },
      ],
      trials: { runs: 1 },
      version: "test",
    },
    (one) => {
      if (one.kind === "attempt") attempts.push(one.attempt);
    },
  );
  const [read, image] = report.cases;
  expect(read).toMatchObject({ id: "tasks.read", blame: "model", rate: { passed: 0, n: 1 } });
  expect(read?.findings[0]?.message).toMatch(/^\[run 1\] model: /);
  expect(image).toMatchObject({ verdict: "skip", reason: expect.stringMatching(/^the model has no vision/) });
  expect(attempts).toMatchObject([{ case: "tasks.read", verdict: "fail", blame: "model", void: false }]);
  const [entry] = report.models;
  expect(entry?.readiness).toMatchObject({ verdict: "not-shown" });
  expect(entry?.readiness?.line).toMatch(
    /^smollm2 completes Claude Code's tool loop in 0 of 1 run; not tried: reads pictures \(the model has no vision .*; not shown to be ready for Claude Code: too few runs \(tried with claude --bare: a context of 8192 tokens/,
  );
}, 240_000);

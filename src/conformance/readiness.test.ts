import { expect, test } from "vitest";
import { caseResult } from "../testing/case-result.ts";
import type { CaseSpec, SuiteFile } from "./case.ts";
import { loadSuites } from "./load.ts";
import type { LiveModel } from "./options.ts";
import { readinessOf } from "./readiness.ts";
import { quantileFor, wilson } from "./statistics.ts";
import type { CaseResult } from "./types.ts";

const MODEL = "qwen3:1.7b";

const CASES: Record<string, Pick<CaseSpec, "floor" | "readiness">> = {
  read: { floor: 0.5, readiness: { does: "completes Claude Code's tool loop", decides: "loop" } },
  edit: { floor: 0.7, readiness: { does: "edits files", decides: "edits" } },
  fix: { floor: 0.7, readiness: { does: "mends failing tests", decides: "edits" } },
  image: { readiness: { does: "reads pictures" } },
  other: {},
};
const cases = Object.entries(CASES).map(([id, spec]) => ({ id: `tasks.${id}`, ...spec }));
const suites = [{ suite: "tasks", title: "", defaults: {}, cases }] as unknown as SuiteFile[];

/** `17/20`, or why it was not run. */
function row(id: string, runs: string, over: Partial<CaseResult> = {}): CaseResult {
  const base = { id: `tasks.${id}`, suite: "tasks", kind: "capable", model: MODEL } as const;
  const [passed = 0, n = 0] = runs.split("/").map(Number);
  if (Number.isNaN(passed)) return caseResult({ ...base, verdict: "skip", reason: runs, ...over });
  const interval = wilson(passed, n, quantileFor(3));
  const rate = { passed, n, ...interval, floor: 0.5, passK: { k: 3, value: null } };
  return caseResult({ ...base, rate, blame: passed < n ? "model" : null, ...over });
}

function line(rows: Record<string, string>, profile?: LiveModel["profile"]): unknown[] {
  const all = Object.entries(rows).map(([id, runs]) => row(id, runs));
  const found = readinessOf(MODEL, all, suites, profile);
  return [found?.line, found?.verdict];
}

const LOOP = `${MODEL} completes Claude Code's tool loop`;

test.each<[string, Record<string, string>, string, string]>([
  [
    "the loop holds, edits do not",
    { read: "17/20", edit: "9/20" },
    `${LOOP} in 17 of 20 runs; edits files in 9 of 20; not ready for unattended edits`,
    "not-ready",
  ],
  [
    "one kind of edits that fails is enough",
    { read: "20/20", edit: "19/20", fix: "3/20" },
    `${LOOP} in 20 of 20 runs; edits files in 19 of 20; mends failing tests in 3 of 20; not ready for unattended edits`,
    "not-ready",
  ],
  [
    "19 of 20 is what the floor of 0.7 asks for",
    { read: "10/10", edit: "19/20", fix: "20/20" },
    `${LOOP} in 10 of 10 runs; edits files in 19 of 20; mends failing tests in 20 of 20; ready for unattended edits`,
    "ready",
  ],
  [
    "18 of 20 is not",
    { read: "10/10", edit: "18/20", fix: "20/20" },
    `${LOOP} in 10 of 10 runs; edits files in 18 of 20; mends failing tests in 20 of 20; not shown to be ready for unattended edits: too few runs`,
    "not-shown",
  ],
  [
    "five good runs say too little",
    { read: "10/10", edit: "5/5" },
    `${LOOP} in 10 of 10 runs; edits files in 5 of 5; not shown to be ready for unattended edits: too few runs`,
    "not-shown",
  ],
  [
    "no loop, no Claude Code, whatever the edits",
    { read: "0/10", edit: "20/20" },
    `${LOOP} in 0 of 10 runs; edits files in 20 of 20; not ready for Claude Code`,
    "not-ready",
  ],
  [
    "an open loop",
    { read: "1/1" },
    `${LOOP} in 1 of 1 run; not shown to be ready for Claude Code: too few runs`,
    "not-shown",
  ],
  [
    "edits that were not tried",
    { read: "20/20" },
    `${LOOP} in 20 of 20 runs; whether it is ready for unattended edits is not known`,
    "unknown",
  ],
  [
    "what was skipped is told with its reason, once",
    { read: "10/10", edit: "no time", fix: "no time", image: "the model has no vision (/api/show)" },
    `${LOOP} in 10 of 10 runs; not tried: edits files, mends failing tests (no time); not tried: reads pictures (the model has no vision (/api/show)); whether it is ready for unattended edits is not known`,
    "unknown",
  ],
  [
    "nothing was tried",
    { read: "there is no Claude Code", edit: "there is no Claude Code" },
    `${MODEL}: whether it is ready for Claude Code is not known; no task was tried (there is no Claude Code)`,
    "unknown",
  ],
])("%s", (_what, rows, expected, verdict) => {
  expect(line(rows)).toEqual([expected, verdict]);
});

function profile(over: { tools?: boolean; context?: number }): LiveModel["profile"] {
  const used = over.context ?? null;
  const capabilities = { tools: { has: over.tools ?? true, from: "" } };
  return { context: { limit: null, used, needed: 12_000 }, capabilities } as unknown as LiveModel["profile"];
}

test("a model that has no tools is not ready, and that is why", () => {
  const none = line({ read: "the model has no tools (400)" }, profile({ tools: false }));
  expect(none).toEqual([
    `${MODEL}: not ready for Claude Code: it has no tools; no task was tried (the model has no tools (400))`,
    "not-ready",
  ]);
});

test("that it was the small client is said", () => {
  expect(line({ read: "20/20" }, profile({ context: 8192 }))[0]).toMatch(
    / \(tried with claude --bare: a context of 8192 tokens has no room for the full client\)$/,
  );
  expect(String(line({ read: "20/20" }, profile({ context: 65_536 })))).not.toContain("bare");
});

test("failures that are not the model's are said to be another's", () => {
  const rows = [row("read", "3/20", { blame: "bridge" })];
  expect(readinessOf(MODEL, rows, suites)?.line).toContain("in 3 of 20 runs (blame: bridge);");
});

test("runs that the budget ended before one could be judged were not tried", () => {
  const spent = row("read", "0/0", {
    verdict: "inconclusive",
    reason: "budget of 10m spent after 0 of 20 runs",
  });
  expect(readinessOf(MODEL, [spent], suites)?.tasks).toMatchObject([
    { verdict: "not-tried", reason: "budget of 10m spent after 0 of 20 runs" },
  ]);
});

test("--floor does not make a model ready", () => {
  const low = ["read", "edit"].map((id) => row(id, "2/20"));
  const rows = low.map((one) => ({ ...one, rate: one.rate && { ...one.rate, floor: 0.01 } }));
  expect(readinessOf(MODEL, rows, suites)?.verdict).toBe("not-ready");
});

test("without a task there is no line, and another model's rows are another's", () => {
  expect(readinessOf(MODEL, [row("other", "1/1")], suites)).toBeNull();
  expect(readinessOf("another", [row("read", "1/1")], suites)).toBeNull();
});

test("the tasks of the package say what each shows, and which decide", async () => {
  const own = await loadSuites(undefined, { suites: ["tasks"] });
  const specs = own.flatMap((suite) => suite.cases);
  expect(specs.filter(({ readiness }) => readiness === undefined)).toEqual([]);
  expect(specs.filter(({ readiness }) => readiness?.decides === "loop").map(({ id }) => id)).toEqual([
    "tasks.read",
  ]);
  const edits = specs.filter(({ readiness }) => readiness?.decides === "edits");
  expect(edits.map(({ id, floor }) => [id, floor])).toEqual([
    ["tasks.edit", 0.7],
    ["tasks.fix-test", 0.7],
  ]);
});

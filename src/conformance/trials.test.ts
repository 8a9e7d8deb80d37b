import { expect, test } from "vitest";
import type { Job } from "./select.ts";
import type { TrialPlan } from "./trial-row.ts";
import { runTrials } from "./trials.ts";
import type { Attempt, CaseResult, Verdict } from "./types.ts";

type Outcome = Pick<CaseResult, "verdict" | "blame">;

const PASS: Outcome = { verdict: "pass", blame: null };
const MODEL: Outcome = { verdict: "fail", blame: "model" };
const BRIDGE: Outcome = { verdict: "fail", blame: "bridge" };
const DOWN: Outcome = { verdict: "fail", blame: "environment" };
const BROKEN: Outcome = { verdict: "harness-error", blame: "harness" };

interface Run {
  rows: CaseResult[];
  attempts: Attempt[];
  /** The model's server was there to the end. */
  served: boolean;
}

/** Each row says its outcomes one after the other, the last one for ever; a run takes a second. */
async function trials(
  outcomes: readonly (readonly Outcome[])[],
  plan: Partial<TrialPlan> = {},
  kind = "any",
  stopAfter = Infinity,
): Promise<Run> {
  let now = 0;
  const abort = new AbortController();
  const found: Run = { rows: [], attempts: [], served: true };
  const jobs = outcomes.map((_, index) => jobOf(`x.${index}`, kind));
  const said = jobs.map(() => 0);
  found.served = await runTrials(
    jobs,
    { runs: 20, budgetMs: 1e9, floor: null, ...plan },
    {
      run: (job) => {
        const at = jobs.indexOf(job);
        const list = outcomes[at] ?? [];
        const outcome = list[Math.min(said[at] ?? 0, list.length - 1)] ?? PASS;
        said[at] = (said[at] ?? 0) + 1;
        now += 1000;
        return Promise.resolve(resultOf(job, outcome));
      },
      now: () => now,
      pause: () => Promise.resolve(),
      signal: abort.signal,
      onAttempt: (attempt) => {
        found.attempts.push(attempt);
        if (found.attempts.length >= stopAfter) abort.abort();
      },
      onSettled: (_job, result) => found.rows.push(result),
    },
  );
  return found;
}

function jobOf(id: string, kind: string): Job {
  const spec = { id, level: "MUST", kinds: [kind], title: "t", spec: [] };
  return {
    spec,
    suite: { suite: "x" },
    kind,
    live: { name: "m" },
    reported: "ollama",
    mode: null,
  } as unknown as Job;
}

function resultOf({ spec, kind }: Job, { verdict, blame }: Outcome): CaseResult {
  const finding = { rule: "r", message: "[1] wrong", evidence: "" };
  const row = {
    id: spec.id,
    suite: "x",
    level: spec.level,
    kind,
    model: "m",
    upstream: "ollama",
    mode: null,
  };
  const findings = verdict === "pass" ? [] : [finding];
  const rest = { reason: null, known: null, rate: null, attempts: 1, ms: 1000, verdict, blame, findings };
  return { ...row, ...rest } as CaseResult;
}

const of = (passes: number, fails: number): Outcome[] => [
  ...Array.from({ length: passes }, () => PASS),
  ...Array.from({ length: fails }, () => MODEL),
];

test.each<[what: string, Outcome[], Partial<TrialPlan>, Verdict, rate: [passed: number, n: number]]>([
  ["always passes: ten runs clear a half", [PASS], {}, "pass", [10, 10]],
  ["never passes: after ten it is known", [MODEL], {}, "fail", [0, 10]],
  [
    "half and half is open after twenty",
    [...of(5, 0), ...of(0, 5), ...of(5, 5)],
    {},
    "inconclusive",
    [10, 20],
  ],
  ["one planned look has the narrower interval", [PASS], { runs: 5 }, "pass", [5, 5]],
  ["a higher floor needs more", [PASS], { floor: 0.75 }, "pass", [20, 20]],
])("a model that %s", async (_what, outcomes, plan, verdict, [passed, n]) => {
  const { rows, attempts } = await trials([outcomes], plan, "capable");
  expect(rows).toMatchObject([{ verdict, rate: { passed, n }, attempts: n }]);
  expect(attempts.filter((one) => one.verdict === "pass")).toHaveLength(passed);
});

test("a rule that the bridge broke once is broken, whatever the rate, and is not run again", async () => {
  const { rows, attempts } = await trials([[PASS, PASS, BRIDGE, PASS]]);
  expect(rows).toMatchObject([{ verdict: "fail", blame: "bridge", rate: { passed: 2, n: 3 } }]);
  expect(attempts).toHaveLength(3);
  expect(rows[0]?.findings[0]?.message).toBe("[run 3, 1] wrong");
});

test("a server that is down for a moment is asked again, and in no rate", async () => {
  const { rows, attempts } = await trials([[DOWN, DOWN, PASS]]);
  expect(rows).toMatchObject([{ verdict: "pass", rate: { passed: 10, n: 10 }, attempts: 12 }]);
  expect(attempts.slice(0, 3).map((one) => [one.n, one.void])).toEqual([
    [1, true],
    [1, true],
    [1, false],
  ]);
});

test("a server that stays down decides nothing; a broken harness is one", async () => {
  const { rows } = await trials([[DOWN], [BROKEN]]);
  expect(rows).toMatchObject([
    { verdict: "inconclusive", blame: "environment", attempts: 3 },
    { verdict: "harness-error", blame: "harness", attempts: 3 },
  ]);
});

test("a spent budget leaves rows open and says so; each had its turn", async () => {
  const { rows } = await trials([[PASS], [PASS], [PASS]], { budgetMs: 9000 });
  expect(rows.map(({ reason }) => reason)).toEqual([
    "budget of 9s spent after 3 of 20 runs",
    "budget of 9s spent after 3 of 20 runs",
    "budget of 9s spent after 3 of 20 runs",
  ]);
});

test("an interrupt keeps what was run, and leaves out what was not", async () => {
  const { rows } = await trials([[PASS], [PASS]], {}, "any", 3);
  expect(rows).toMatchObject([
    { verdict: "inconclusive", reason: "interrupted after 3 runs", rate: { n: 3 } },
  ]);
});

test("a server that is gone is not waited for: what is left is not run, and the run is not complete", async () => {
  const { rows, attempts, served } = await trials([[PASS, DOWN], [DOWN], [DOWN], [PASS], [PASS]], {
    runs: 5,
  });
  expect(served).toBe(false);
  expect(attempts).toHaveLength(10);
  expect(rows.map(({ reason, blame, verdict }) => `${verdict}, ${blame}: ${reason}`)).toEqual([
    "inconclusive, environment: run 2 was tried 3 times: [1] wrong",
    "inconclusive, environment: run 1 was tried 3 times: [1] wrong",
    "inconclusive, environment: run 1 was tried 3 times: [1] wrong",
    "inconclusive, environment: the model's server was gone after 0 runs",
    "inconclusive, environment: the model's server was gone after 0 runs",
  ]);
});

test.each<[string, Outcome[][], boolean]>([
  ["never answered", [[DOWN]], false],
  ["missed one row of two", [[DOWN], [PASS]], true],
  ["was away for two rows", [[DOWN], [DOWN], [PASS], [DOWN], [DOWN]], true],
  ["was there, and the harness was broken", [[BROKEN], [BROKEN], [BROKEN], [PASS]], true],
])("a server that %s", async (_name, outcomes, complete) => {
  expect((await trials(outcomes, { runs: 5 })).served).toBe(complete);
});

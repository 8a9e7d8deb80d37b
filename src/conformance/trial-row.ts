import { showDuration } from "./duration.ts";
import type { Job } from "./select.ts";
import { decide, passToThe, plannedLooks, quantileFor, wilson, type Decision } from "./statistics.ts";
import type { CaseResult, Rate } from "./types.ts";

/** How live rows are repeated; `floor` null: each case's own. */
export interface TrialPlan {
  runs: number;
  budgetMs: number;
  floor: number | null;
}

/** A live row while it is run. */
export interface TrialRow {
  job: Job;
  /** What the runs so far gave, in order. */
  runs: CaseResult[];
  /** Tries that say nothing of the model, and were made again. */
  voided: CaseResult[];
}

/** Why a row is not run any more. */
export type Ending = "looked" | "broken" | "budget" | "interrupted" | "lost";

/** Floor of a case that names none. */
export const FLOOR = 0.5;
/** The `k` of pass^k. */
const K = 3;
const PASSED: ReadonlySet<string> = new Set(["pass", "degraded"]);

/** Whose fault it is that a run says nothing of the model, or null: then it counts. */
export function voidedBy({ verdict, blame }: CaseResult): "environment" | "harness" | null {
  if (verdict === "harness-error") return "harness";
  return blame === "environment" && !PASSED.has(verdict) ? "environment" : null;
}

/** Runs without a verdict (the model never did what is judged) are in no rate. */
function judged(row: TrialRow): CaseResult[] {
  return row.runs.filter(({ verdict }) => PASSED.has(verdict) || verdict === "fail");
}

function rateOf(row: TrialRow, plan: TrialPlan): Rate {
  const all = judged(row);
  const n = all.length;
  const passed = all.filter(({ verdict }) => PASSED.has(verdict)).length;
  return {
    passed,
    n,
    ...wilson(passed, n, quantileFor(plannedLooks(plan.runs).length)),
    floor: plan.floor ?? row.job.spec.floor ?? FLOOR,
    passK: { k: K, value: passToThe(K, passed, n) },
  };
}

/**
 * What is known after a look. Rules of the protocol (kind `any`) are not a matter of luck: once broken by the
 * bridge they are broken, whatever the rate.
 */
export function decisionOf(row: TrialRow, plan: TrialPlan): Decision {
  if (brokenByBridge(row)) return "fail";
  const rate = rateOf(row, plan);
  return rate.n === 0 ? "undecided" : decide(rate, rate.floor);
}

export function brokenByBridge({ job, runs }: TrialRow): boolean {
  return job.kind === "any" && runs.some(({ verdict, blame }) => verdict === "fail" && blame === "bridge");
}

/** The report's row. `like` is any of its runs: what the row is about is the same in all. */
export function settledRow(row: TrialRow, plan: TrialPlan, ending: Ending, like: CaseResult): CaseResult {
  const first = row.runs.findIndex(({ verdict }) => verdict === "fail");
  const all = [...row.runs, ...row.voided];
  return {
    ...like,
    ...(ending === "broken" ? brokenVerdict(row, like) : verdictOf(row, plan, ending)),
    rate: rateOf(row, plan),
    findings: findingsOf(row, first, ending === "broken" ? like : null),
    attempts: all.length,
    ms: all.reduce((sum, { ms }) => sum + ms, 0),
  };
}

type Said = Pick<CaseResult, "verdict" | "reason" | "blame">;

/** A harness at fault is no property of the model: it ends the run with 5, as everywhere. */
function brokenVerdict({ voided, runs }: TrialRow, last: CaseResult): Said {
  const why = last.reason ?? last.findings[0]?.message ?? "no answer";
  const tries = voided.slice(-TRIES).length;
  const reason = `run ${runs.length + 1} was tried ${tries} times: ${why}`;
  return voidedBy(last) === "harness"
    ? { verdict: "harness-error", reason, blame: "harness" }
    : { verdict: "inconclusive", reason, blame: "environment" };
}

function verdictOf(row: TrialRow, plan: TrialPlan, ending: Ending): Said {
  const decision = ending === "looked" ? decisionOf(row, plan) : "undecided";
  const degraded = row.runs.find(({ verdict }) => verdict === "degraded");
  if (decision === "pass" && degraded === undefined) return { verdict: "pass", reason: null, blame: null };
  if (decision === "pass") return { verdict: "degraded", reason: degraded?.reason ?? null, blame: null };
  const blame = ending === "lost" ? "environment" : blameOf(row);
  if (decision === "fail") return { verdict: "fail", reason: failure(row, plan), blame };
  return { verdict: "inconclusive", reason: openReason(row, plan, ending), blame };
}

/** The bridge's once it broke a rule of the protocol; else what most failed runs are blamed on, the first of equals. */
function blameOf(row: TrialRow): CaseResult["blame"] {
  if (brokenByBridge(row)) return "bridge";
  const counts = new Map<CaseResult["blame"], number>();
  for (const { verdict, blame } of row.runs)
    if (verdict === "fail") counts.set(blame, (counts.get(blame) ?? 0) + 1);
  const most = Math.max(0, ...counts.values());
  return [...counts].find(([, count]) => count === most)?.[0] ?? null;
}

function failure(row: TrialRow, plan: TrialPlan): string {
  const { passed, n, high, floor } = rateOf(row, plan);
  if (brokenByBridge(row))
    return `the bridge broke the rule in ${row.runs.filter(({ blame, verdict }) => verdict === "fail" && blame === "bridge").length} of ${n} runs`;
  return `${passed} of ${n} runs passed: at most ${percent(high)}, below the floor of ${percent(floor)}`;
}

function openReason(row: TrialRow, plan: TrialPlan, ending: Ending): string {
  const done = row.runs.length;
  if (ending === "interrupted") return `interrupted after ${done} ${done === 1 ? "run" : "runs"}`;
  if (ending === "lost") return `the model's server was gone after ${done} ${done === 1 ? "run" : "runs"}`;
  if (ending === "budget")
    return `budget of ${showDuration(plan.budgetMs)} spent after ${done} of ${plan.runs} runs`;
  const { passed, n, low, high, floor } = rateOf(row, plan);
  if (n === 0) return row.runs.at(-1)?.reason ?? "no run could be judged";
  return `${passed} of ${n} runs passed: ${percent(low)} to ${percent(high)}, the floor is ${percent(floor)}`;
}

/** Those of the first failed run, which is named; without one, those of the last broken try. */
function findingsOf({ runs }: TrialRow, first: number, broken: CaseResult | null): CaseResult["findings"] {
  const failed = runs[first];
  if (failed === undefined) return broken?.findings ?? [];
  return failed.findings.map((one) => ({ ...one, message: withRun(one.message, first + 1) }));
}

/** `[1, stream] what` becomes `[run 3, 1, stream] what`. */
function withRun(message: string, run: number): string {
  return message.startsWith("[") ? `[run ${run}, ${message.slice(1)}` : `[run ${run}] ${message}`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** Tries per run: infrastructure errors are retried twice, verdicts never. */
export const TRIES = 3;

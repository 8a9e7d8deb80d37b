import type { SuiteFile } from "./case.ts";
import { loadSuites } from "./load.ts";
import { localExecutor, threadExecutor, type Executor } from "./executor.ts";
import type { LiveModel, OnProgress, ProgressGroup, SuiteOptions } from "./options.ts";
import { isTask } from "./procedures/index.ts";
import { readinessOf } from "./readiness.ts";
import type { KeepRun } from "./run-job.ts";
import { selectJobs, type Job } from "./select.ts";
import { MOST_RUNS } from "./statistics.ts";
import { exitCodeOf, headline } from "./tally.ts";
import type { TrialPlan } from "./trial-row.ts";
import { runTrials } from "./trials.ts";
import type { CaseResult, RunReport } from "./types.ts";
import { openWorlds, type Worlds } from "./worlds.ts";

const SCRIPTED = "scripted";

/** Cases of these kinds each keep a core busy: they share one lane. */
const HEAVY = new Set(["client"]);

/**
 * Runs the selected cases and reports. Failures, broken cases and an abort are part of the report;
 * throws NothingSelected and SuiteFileError only.
 */
export async function runSuite(options: SuiteOptions, onProgress: OnProgress): Promise<RunReport> {
  const suites = options.loaded ?? (await loadSuites(undefined, options));
  const jobs = selectJobs(suites, options);
  const signal = options.signal ?? new AbortController().signal;
  const worlds = await openWorlds(options);
  const models = modelsOf(jobs, options);
  onProgress({ kind: "start", groups: groupsOf(jobs) });
  try {
    const { results, lost } = await runAll(jobs, worlds, { ...options, signal }, onProgress);
    const client = await worlds.client;
    const incomplete = signal.aborted || lost || results.length < jobs.length;
    const report: RunReport = {
      format: "bridge-conformance-report",
      version: 1,
      target: worlds.target,
      backend: worlds.backend,
      models: models.map((name) => modelEntry(name, results, options.live ?? [], suites)),
      client,
      headline: headline(results),
      cases: results,
      incomplete,
      exitCode: exitCodeOf(results, {
        failOn: options.failOn ?? "must",
        incomplete,
        capable: options.trials?.floor !== undefined,
        conclusive: options.requireConclusive === true,
      }),
    };
    onProgress({ kind: "end", report });
    return report;
  } finally {
    await worlds.close();
  }
}

interface Running extends SuiteOptions {
  signal: AbortSignal;
}

/** Resolves at the abort: what still runs then (a client's session) ends by itself, unheard. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** Results in the order of the jobs, whatever the order in which they end. `lost`: a model's server was gone. */
async function runAll(
  jobs: readonly Job[],
  worlds: Worlds,
  options: Running,
  onProgress: OnProgress,
): Promise<{ results: CaseResult[]; lost: boolean }> {
  const results = new Map<Job, CaseResult>();
  const settle = (job: Job, result: CaseResult): void => {
    results.set(job, result);
    const model = job.live?.name ?? null;
    onProgress({ kind: "case", result, model, done: results.size, total: jobs.length });
  };
  const lane = async (queue: Job[], executor: Executor): Promise<void> => {
    for (let job = queue.shift(); job !== undefined && !options.signal.aborted; job = queue.shift()) {
      const result = await executor.run(job, modelOf(job, options));
      if (options.signal.aborted) return;
      settle(job, result);
    }
  };
  const once = jobs.filter(({ live }) => live === null);
  const heavy = once.filter(({ kind }) => HEAVY.has(kind));
  const light = once.filter(({ kind }) => !HEAVY.has(kind));
  const here = localExecutor(worlds, options.signal);
  const there = isLarge(light, options) ? await threadExecutor() : null;
  const lanes = options.target === undefined ? (options.parallel ?? 4) : 1;
  const lightLanes = (executor: Executor): Promise<void>[] =>
    Array.from({ length: lanes }, () => lane(light, executor));
  const all = [lane(heavy, here), lane(heavy, here), ...[here, there ?? []].flat().flatMap(lightLanes)];
  try {
    await Promise.race([Promise.all(all), aborted(options.signal)]);
  } finally {
    await there?.close();
  }
  const keep = keeperOf(options);
  // One model after the other, when nothing else wants the machine: local engines serve one request at a time.
  const { live = [] } = options;
  let lost = false;
  for (const model of live) {
    if (live.length > 1) await warmedUp(model, options.signal);
    const served = await runTrials(cheapFirst(jobs.filter(({ live }) => live === model)), planOf(options), {
      run: (job, n) => here.run(job, modelOf(job, options), keep(job, n)),
      now: () => performance.now(),
      pause: (ms) => pause(ms, options.signal),
      signal: options.signal,
      onAttempt: (attempt, leftMs) => onProgress({ kind: "attempt", attempt, leftMs }),
      onSettled: settle,
    });
    lost ||= !served;
  }
  return { results: jobs.flatMap((job) => results.get(job) ?? []), lost };
}

/**
 * What is skipped costs nothing, and must not wait until the budget is spent; a task may take minutes, and what takes
 * seconds is not to wait for what it leaves.
 */
function cheapFirst(jobs: readonly Job[]): Job[] {
  return jobs.toSorted((a, b) => cost(a) - cost(b));
}

function cost({ spec, skip }: Job): number {
  if (skip !== null) return 0;
  return isTask(spec) ? 2 : 1;
}

/** Of each row the first failed run that counts, and what was tried again before it. */
function keeperOf({ keepEvidence }: SuiteOptions): (job: Job, run: number) => KeepRun {
  const kept = new Set<Job>();
  return (job, run) => async (files, isVoid) => {
    if (keepEvidence === undefined || kept.has(job)) return null;
    if (!isVoid) kept.add(job);
    return keepEvidence({ model: job.live?.name ?? "", case: job.spec.id, run }, files());
  };
}

/** The model before it may have taken its place. */
async function warmedUp({ name, profile, ...server }: LiveModel, signal: AbortSignal): Promise<void> {
  const { warmUp } = await import("../backends/profile/warm-up.ts");
  await warmUp({ ...server, signal }, name, profile?.context.used ?? null).catch(() => null);
}

const BUDGET_MS = 600_000;

function planOf({ trials }: SuiteOptions): TrialPlan {
  const { runs = MOST_RUNS, budgetMs = BUDGET_MS, floor = null } = trials ?? {};
  return { runs, budgetMs, floor };
}

/** Ends early at an abort. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return Promise.race([new Promise<void>((resolve) => setTimeout(resolve, ms)), aborted(signal)]);
}

/** Starting a thread costs what some dozens of rows cost; what is outside this process stays here. */
function isLarge(light: readonly Job[], { threads, target, live, engine }: SuiteOptions): boolean {
  return threads === 2 && (target ?? live ?? engine) === undefined && light.length >= 40;
}

/** Scripted cases speak to the scripted model, unless a foreign target was told another name. */
function modelOf({ live, way }: Job, { model, target }: SuiteOptions): string {
  return live?.name ?? way?.model ?? (target === undefined ? SCRIPTED : (model ?? SCRIPTED));
}

function modelsOf(jobs: readonly Job[], options: SuiteOptions): string[] {
  return [...new Set(jobs.map((job) => modelOf(job, options)))];
}

function modelEntry(
  name: string,
  results: readonly CaseResult[],
  live: readonly LiveModel[],
  suites: readonly SuiteFile[],
): RunReport["models"][number] {
  const { digest, profile } = live.find((model) => model.name === name) ?? {};
  const readiness = readinessOf(name, results, suites, profile);
  return {
    name,
    digest: digest ?? profile?.digest ?? null,
    ...(profile !== undefined && { profile }),
    ...(readiness !== null && { readiness }),
  };
}

function groupsOf(jobs: readonly Job[]): ProgressGroup[] {
  const groups = new Map<string, ProgressGroup>();
  for (const { suite, live } of jobs) {
    const model = live?.name ?? null;
    const key = JSON.stringify([suite.suite, model]);
    const group = groups.get(key) ?? { suite: suite.suite, model, total: 0 };
    groups.set(key, { ...group, total: group.total + 1 });
  }
  return [...groups.values()];
}

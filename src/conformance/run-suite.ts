import { loadSuites } from "./load.ts";
import { localExecutor, threadExecutor, type Executor } from "./executor.ts";
import type { OnProgress, SuiteOptions } from "./options.ts";
import { selectJobs, type Job } from "./select.ts";
import { exitCodeOf, headline } from "./tally.ts";
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
  const jobs = selectJobs(options.loaded ?? (await loadSuites(undefined, options)), options);
  const signal = options.signal ?? new AbortController().signal;
  const worlds = await openWorlds(options);
  const models = modelsOf(jobs, options);
  onProgress({ kind: "start", suites: countSuites(jobs) });
  try {
    const results = await runAll(jobs, worlds, { ...options, signal }, onProgress);
    const client = await worlds.client;
    const incomplete = signal.aborted || results.length < jobs.length;
    const report: RunReport = {
      format: "bridge-conformance-report",
      version: 1,
      target: worlds.target,
      backend: worlds.backend,
      models: models.map((name) => ({ name, digest: null })),
      client,
      headline: headline(results),
      cases: results,
      incomplete,
      exitCode: exitCodeOf(results, { failOn: options.failOn ?? "must", incomplete }),
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

/** Results in the order of the jobs, whatever the order in which they end. */
async function runAll(
  jobs: readonly Job[],
  worlds: Worlds,
  options: Running,
  onProgress: OnProgress,
): Promise<CaseResult[]> {
  const results = new Map<Job, CaseResult>();
  const lane = async (queue: Job[], executor: Executor): Promise<void> => {
    for (let job = queue.shift(); job !== undefined && !options.signal.aborted; job = queue.shift()) {
      const result = await executor.run(job, modelOf(job, options));
      if (options.signal.aborted) return;
      results.set(job, result);
      onProgress({ kind: "case", result, done: results.size, total: jobs.length });
    }
  };
  const heavy = jobs.filter(({ kind }) => HEAVY.has(kind));
  const light = jobs.filter(({ kind }) => !HEAVY.has(kind));
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
  return jobs.flatMap((job) => results.get(job) ?? []);
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

function countSuites(jobs: readonly Job[]): { name: string; total: number }[] {
  const counts = new Map<string, number>();
  for (const { suite } of jobs) counts.set(suite.suite, (counts.get(suite.suite) ?? 0) + 1);
  return [...counts].map(([name, total]) => ({ name, total }));
}

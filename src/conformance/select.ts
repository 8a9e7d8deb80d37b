import { matchesGlob } from "node:path";
import type { EngineMode } from "../scripted/script.ts";
import type { Dialect } from "../upstream/delta.ts";
import type { CaseSpec, SuiteFile } from "./case.ts";
import type { EngineWay, LiveModel, SuiteOptions } from "./options.ts";
import { sayableSends } from "./engine/select-sends.ts";
import { isTask } from "./procedures/index.ts";
import { dependsOnMode } from "./send.ts";
import type { CaseKind } from "./types.ts";

/** One row of the report to be: a case, the kind it runs as, and over which upstream. */
export interface Job {
  suite: SuiteFile;
  spec: CaseSpec;
  kind: CaseKind;
  /** What the embedded upstream speaks; `reported` is what the report's row says. */
  dialect: Dialect;
  reported: Dialect | null;
  /** How the scripted Ollama runs its model; null where none stands behind the row. */
  mode: EngineMode | null;
  /** The model that is judged; null: our own words. */
  live: LiveModel | null;
  /** The real engine that plays the scripted model; null: the embedded one. */
  way: EngineWay | null;
  /** Why it is not run. */
  skip: string | null;
}

const MODES: readonly EngineMode[] = ["go", "jinja", "parser"];

const BOTH: readonly Dialect[] = ["ollama", "openai"];

/** Nothing matches what was asked for, or a suite does not exist: exit 2. */
class NothingSelected extends Error {
  override readonly name = "NothingSelected";
  readonly code = "usage";
}

type Selection = Pick<SuiteOptions, "suites" | "cases">;

interface Chosen {
  suite: SuiteFile;
  spec: CaseSpec;
}

/** The cases that are asked for, whatever they run on. Throws NothingSelected when there is none. */
export function chosenCases(suites: readonly SuiteFile[], options: Selection): Chosen[] {
  const known = suites.map(({ suite }) => suite);
  const unknown = (options.suites ?? []).filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new NothingSelected(`there is no suite "${unknown.join('", "')}"; there are ${known.join(", ")}`);
  }
  const chosen = suites
    .filter(({ suite }) => options.suites === undefined || options.suites.includes(suite))
    .flatMap((suite) =>
      suite.cases.filter(({ id }) => wanted(id, options.cases)).map((spec) => ({ suite, spec })),
    );
  if (chosen.length === 0) throw new NothingSelected(`no case matches ${describe(options)}`);
  return chosen;
}

/** The rows of a run, in the order of the files. Throws NothingSelected. */
export function selectJobs(suites: readonly SuiteFile[], options: SuiteOptions): Job[] {
  const chosen = chosenCases(suites, options);
  const jobs = chosen.flatMap(({ suite, spec }) => jobsOf(suite, spec, options));
  if (jobs.length > 0) return jobs;
  const forModels = options.live === undefined && chosen.every(isForModels);
  throw new NothingSelected(
    forModels
      ? `all cases of ${describe(options)} are for a live model: name one with --model`
      : `no case matches ${describe(options)}`,
  );
}

function isForModels({ spec }: Chosen): boolean {
  return spec.kinds.every((kind) => kind === "any" || kind === "capable");
}

function wanted(id: string, globs: readonly string[] | undefined): boolean {
  return globs === undefined || globs.some((glob) => matchesGlob(id, glob));
}

function describe(options: Selection): string {
  const suites = (options.suites ?? []).map((name) => `--suite ${name}`);
  return (
    [...suites, ...(options.cases ?? []).map((glob) => `--case ${glob}`)].join(" ") || "the suites folder"
  );
}

function jobsOf(suite: SuiteFile, spec: CaseSpec, options: SuiteOptions): Job[] {
  const job = (
    kind: CaseKind,
    dialect: Dialect,
    reported: Dialect | null,
    more: Partial<Pick<Job, "mode" | "live" | "way">> = {},
  ): Job => {
    const row = { suite, spec, kind, dialect, reported, mode: null, live: null, way: null, ...more };
    return { ...row, skip: skipReason(row, options) };
  };
  return spec.kinds.flatMap((kind) => {
    if (kind === "wire")
      return [
        job(kind, options.target === undefined ? "ollama" : (options.target.upstream ?? "openai"), null),
      ];
    if (kind === "any" || kind === "capable") {
      if (spec.live === undefined && !isTask(spec)) return [];
      return (options.live ?? []).map((live) => job(kind, live.provider, live.provider, { live }));
    }
    if (kind === "script" && options.engine !== undefined)
      return waysOf(spec, options.engine.ways).map((way) =>
        job(kind, way.provider, way.provider, { mode: way.mode, way }),
      );
    return upstreamsOf(spec, options).flatMap((dialect) =>
      modesOf(spec, dialect, options).map((mode) => job(kind, dialect, dialect, { mode })),
    );
  });
}

/** All ways of the engine that speak a language in which the feature exists. */
function waysOf({ upstreams }: CaseSpec, ways: readonly EngineWay[]): readonly EngineWay[] {
  return ways.filter(({ provider }) => (upstreams ?? BOTH).includes(provider));
}

/** Where the model itself speaks, the embedded Ollama reads it in each of its modes. */
function modesOf(spec: CaseSpec, dialect: Dialect, { target }: SuiteOptions): readonly Job["mode"][] {
  if (dialect === "openai") return [null];
  return target === undefined && dependsOnMode(spec) ? MODES : ["go"];
}

/** A foreign target speaks one language to its upstream: the one it was configured for. */
function upstreamsOf(spec: CaseSpec, options: SuiteOptions): readonly Dialect[] {
  const fixed = options.target === undefined ? undefined : (options.target.upstream ?? "openai");
  const all = spec.upstreams ?? BOTH;
  const some = isWholeRun(options) && !isSpared(spec) ? (spec.usually ?? all) : all;
  return some.filter((dialect) => fixed === undefined || dialect === fixed);
}

/** No suite and no case was named, and the target is our own: what is dear runs in part. */
function isWholeRun({ suites, cases, target }: SuiteOptions): boolean {
  return suites === undefined && cases === undefined && target === undefined;
}

function isSpared({ usually }: CaseSpec): boolean {
  return usually?.length === 0;
}

function skipReason(job: Omit<Job, "skip">, options: SuiteOptions): string | null {
  const { target } = options;
  if (job.way !== null) return sayableSends(job.spec, job.suite.defaults, job.way).reason;
  if (isWholeRun(options) && isSpared(job.spec))
    return `left out of a whole run, which is to be short: name it, or --suite ${job.suite.suite}`;
  const lack = lackOf(job);
  if (lack !== null) return lack;
  if (target === undefined) return null;
  const scripted = job.kind === "script" || job.kind === "client";
  if (scripted && target.upstreamPort === undefined)
    return "needs our scripted upstream behind the target (--target-upstream-port)";
  if (job.spec.bridge !== undefined)
    return "needs settings of the bridge that a foreign target cannot be given";
  return null;
}

/** What the case needs and the model was found not to have. */
function lackOf({ live, spec }: Omit<Job, "skip">): string | null {
  const capabilities: Readonly<Record<string, { has: boolean | null; from: string }>> =
    live?.profile?.capabilities ?? {};
  const lacked = (spec.needs ?? []).find((need) => capabilities[need]?.has === false);
  return lacked === undefined ? null : `the model has no ${lacked} (${capabilities[lacked]?.from})`;
}

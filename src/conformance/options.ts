import type { ModelProfile } from "../backends/profile/types.ts";
import type { EngineMode } from "../scripted/script.ts";
import type { Dialect } from "../upstream/delta.ts";
import type { EvidenceFile } from "./blame/hop-files.ts";
import type { SuiteFile } from "./case.ts";
import type { Attempt, CaseResult, RunReport } from "./types.ts";

/** A model that is judged by rates: it stands behind the bridge, on a server that is not ours. */
export interface LiveModel {
  /** As requests name it. */
  name: string;
  /** How it was found, e.g. `ollama`, `container`, `url`. */
  kind: string;
  description: string;
  provider: Dialect;
  baseUrl: string;
  apiKey?: string;
  /** SHA-256 of its manifest, hex. */
  digest?: string;
  /** What was found out about it before it is judged. */
  profile?: ModelProfile;
}

/** How live rows are repeated. */
export interface TrialOptions {
  /** Most runs of a row, 1–20. Default 20. */
  runs?: number;
  /** Longest time for all rows of one model, ms. Default ten minutes. */
  budgetMs?: number;
  /** Rate that suffices, 0–1, for every row, and `capable` rows can set exit 1. Default: the case's own, else 0.5. */
  floor?: number;
}

/** The scripted model on a real engine, in one of the ways in which the engine runs models. */
export interface EngineWay {
  /** Null where the engine has but one. */
  mode: EngineMode | null;
  provider: Dialect;
  baseUrl: string;
  /** Its name there. */
  model: string;
}

/** Whose evidence it is. */
interface EvidenceOf {
  model: string;
  case: string;
  /** Number of the run, from 1. */
  run: number;
}

/** What to run and against what. */
export interface SuiteOptions {
  /** Suite names; absent: all. */
  suites?: readonly string[];
  /** Globs over case ids; a case that matches any of them is run. Absent: all. */
  cases?: readonly string[];
  /** A Messages endpoint that is not ours, without `/v1`. Absent: the project's own bridge, embedded. */
  target?: { url: string; upstreamPort?: number; upstream?: Dialect };
  /** Name put into requests instead of `scripted`, where a foreign target wants another. */
  model?: string;
  /** Adds the rows of kinds `any` and `capable`, once per model. */
  live?: readonly LiveModel[];
  trials?: TrialOptions;
  /** Exit 6 when a row remains inconclusive. */
  requireConclusive?: boolean;
  /** Runs the script rows on this engine instead of the embedded one. */
  engine?: { kind: string; description: string; ways: readonly EngineWay[] };
  failOn?: "must" | "should";
  claudeBinary?: string;
  /** Cases that run at the same time. Default 4. */
  parallel?: number;
  /** 2: a second thread takes half of a large run. Default 1. */
  threads?: 1 | 2;
  /** Keeps the bytes of both hops of a live row's first failed run; gives the name of the file that leads to them. */
  keepEvidence?: (of: EvidenceOf, files: readonly EvidenceFile[]) => Promise<string>;
  /** By default the package's own. */
  loaded?: readonly SuiteFile[];
  version: string;
  /** Aborting it ends the run early; the report then says `incomplete`. */
  signal?: AbortSignal;
}

/** Rows that progress is told of together: those of a suite, and of one live model. */
export interface ProgressGroup {
  suite: string;
  /** Null: the rows that one run decides. */
  model: string | null;
  total: number;
}

/** What happens during a run, for whoever shows progress. */
export type Progress =
  | { kind: "start"; groups: ProgressGroup[] }
  /** A live row has been run once more. `leftMs`: the most that the model's rows will take from here. */
  | { kind: "attempt"; attempt: Attempt; leftMs: number }
  | { kind: "case"; result: CaseResult; model: string | null; done: number; total: number }
  | { kind: "end"; report: RunReport };

export type OnProgress = (progress: Progress) => void;

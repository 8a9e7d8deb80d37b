import type { EngineMode } from "../scripted/script.ts";
import type { Dialect } from "../upstream/delta.ts";
import type { SuiteFile } from "./case.ts";
import type { CaseResult, RunReport } from "./types.ts";

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
  /** Runs the script rows on this engine instead of the embedded one. */
  engine?: { kind: string; description: string; ways: readonly EngineWay[] };
  failOn?: "must" | "should";
  claudeBinary?: string;
  /** Cases that run at the same time. Default 4. */
  parallel?: number;
  /** 2: a second thread takes half of a large run. Default 1. */
  threads?: 1 | 2;
  /** By default the package's own. */
  loaded?: readonly SuiteFile[];
  version: string;
  /** Aborting it ends the run early; the report then says `incomplete`. */
  signal?: AbortSignal;
}

/** What happens during a run, for whoever shows progress. */
export type Progress =
  | { kind: "start"; suites: { name: string; total: number }[] }
  | { kind: "case"; result: CaseResult; done: number; total: number }
  | { kind: "end"; report: RunReport };

export type OnProgress = (progress: Progress) => void;

import type { Dialect } from "../upstream/delta.ts";
import type { SuiteFile } from "./case.ts";
import type { CaseResult, RunReport } from "./types.ts";

/** What to run and against what. */
export interface SuiteOptions {
  /** Suite names; absent: all. */
  suites?: readonly string[];
  /** Globs over case ids; a case that matches any of them is run. Absent: all. */
  cases?: readonly string[];
  /** A Messages endpoint that is not ours, without `/v1`. Absent: the project's own bridge, embedded. */
  target?: { url: string; upstreamPort?: number; upstream?: Dialect };
  /** Name put into requests instead of `scripted`. */
  model?: string;
  /** A live model behind the bridge: adds the `any` cases. */
  backend?: { kind: string; description: string; provider: Dialect; baseUrl: string; apiKey?: string };
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

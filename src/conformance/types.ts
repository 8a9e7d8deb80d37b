import type { ModelProfile } from "../backends/profile/types.ts";
import type { Finding } from "../strict/finding.ts";
import type { Readiness } from "./readiness.ts";

export type Level = "MUST" | "SHOULD" | "MAY";
export type CaseKind = "wire" | "script" | "any" | "capable" | "client";
export type Verdict = "pass" | "fail" | "degraded" | "skip" | "inconclusive" | "harness-error";

/** How often a live model passed, and what that says of it. */
export interface Rate {
  passed: number;
  /** Runs that could be judged. */
  n: number;
  /** Wilson's interval over all planned looks, 95 %. */
  low: number;
  high: number;
  floor: number;
  /** How likely `k` runs in a row all pass; null when there were fewer. */
  passK: { k: number; value: number | null };
}

/** One run of a live row, as `attempts.jsonl` keeps it. */
export interface Attempt {
  case: string;
  suite: string;
  kind: CaseKind;
  model: string;
  /** Number of the run, from 1. What was tried again has the number of its run. */
  n: number;
  verdict: Verdict;
  blame: CaseResult["blame"];
  reason: string | null;
  ms: number;
  /** It says nothing of the model (no answer, a fault of the harness), and is in no rate. */
  void: boolean;
}

/** One row of a report: a case × upstream × mode × model. */
export interface CaseResult {
  id: string;
  suite: string;
  level: Level;
  kind: CaseKind;
  model: string;
  upstream: "ollama" | "openai" | null;
  mode: "go" | "jinja" | "parser" | null;
  verdict: Verdict;
  /** Why it was skipped, degraded or inconclusive. */
  reason: string | null;
  /** The baseline's reason when this failure is known. */
  known: string | null;
  blame: "model" | "bridge" | "client" | "harness" | "environment" | null;
  /** Of a live row; null where one run decides. */
  rate: Rate | null;
  findings: Pick<Finding, "rule" | "message" | "evidence">[];
  attempts: number;
  ms: number;
}

export interface Tally {
  /** pass + degraded. */
  pass: number;
  /** Everything but skip. */
  total: number;
}

/** What `--format json` prints. */
export interface RunReport {
  format: "bridge-conformance-report";
  version: 1;
  target: { url: string; name: string; version: string };
  backend: { kind: string; description: string };
  models: { name: string; digest: string | null; profile?: ModelProfile; readiness?: Readiness }[];
  client: { path: string; version: string } | null;
  headline: {
    bridge: { must: Tally; should: Tally; may: Tally };
    model: { must: Tally; should: Tally; may: Tally };
  };
  cases: CaseResult[];
  incomplete: boolean;
  exitCode: number;
}

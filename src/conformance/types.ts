import type { Finding } from "../strict/finding.ts";

export type Level = "MUST" | "SHOULD" | "MAY";
export type CaseKind = "wire" | "script" | "any" | "capable" | "client";
export type Verdict = "pass" | "fail" | "degraded" | "skip" | "inconclusive" | "harness-error";

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
  rate: { passed: number; n: number; low: number; high: number; floor: number } | null;
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
  models: { name: string; digest: string | null }[];
  client: { path: string; version: string } | null;
  headline: {
    bridge: { must: Tally; should: Tally; may: Tally };
    model: { must: Tally; should: Tally; may: Tally };
  };
  cases: CaseResult[];
  incomplete: boolean;
  exitCode: number;
}

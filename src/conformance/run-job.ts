import { performance } from "node:perf_hooks";
import type { Finding } from "../strict/finding.ts";
import { excerpt } from "./path.ts";
import { blameFinding, blameFor } from "./blame/blame.ts";
import { hopFiles, type EvidenceFile } from "./blame/hop-files.ts";
import type { LiveModel } from "./options.ts";
import { isTask } from "./procedures/index.ts";
import { limitOf, runCase, type CaseOutcome } from "./run-case.ts";
import { DEGRADED } from "./rules/combine.ts";
import type { Job } from "./select.ts";
import type { CaseResult, Verdict } from "./types.ts";
import type { World } from "./world.ts";
import type { Worlds } from "./worlds.ts";

/**
 * Keeps the messages of a failed live run, and says where; null: nobody does.
 * @param isVoid the run says nothing of the model and is made again
 */
export type KeepRun = (files: () => EvidenceFile[], isVoid: boolean) => Promise<string | null>;

const NO_CLIENT = "there is no Claude Code (claude on PATH, or --claude-binary)";

/** A task ends its client by itself at its limit, and its work is looked at afterwards, ms. */
const AFTER_TASK_MS = 60_000;

/** Runs one row. Never throws: what goes wrong in the harness is a verdict of its own. */
export async function runJob(
  job: Job,
  worlds: Pick<Worlds, "worldOf" | "client">,
  model: string,
  signal: AbortSignal,
  keep: KeepRun = () => Promise.resolve(null),
): Promise<CaseResult> {
  const started = performance.now();
  const done: Done = (verdict, reason, findings = []) =>
    resultOf(job, model, { verdict, reason, findings, ms: Math.round(performance.now() - started) });
  if (job.skip !== null) return done("skip", job.skip);
  const task = isTask(job.spec);
  const late = AbortSignal.timeout(limitOf(job.spec) + (task ? AFTER_TASK_MS : 0));
  try {
    const needsClient = job.kind === "client" || task;
    const client = needsClient ? await worlds.client : null;
    if (needsClient && client === null) return done("skip", NO_CLIENT);
    const world = await worlds.worldOf(job, AbortSignal.any([signal, late]));
    try {
      const outcome = await runCase(job, world, client?.path);
      const result = settle(outcome, done);
      const asked = job.live !== null || outcome.client !== null;
      if (!asked || result.verdict !== "fail") return result;
      const failed = await blamed(result, { ...outcome, timedOut: late.aborted }, world);
      const kept = job.live === null ? [] : await keptHops(failed, outcome, job.live, keep);
      return { ...failed, findings: failed.findings.toSpliced(1, 0, ...kept) };
    } finally {
      await world.close();
    }
  } catch (error) {
    return done("harness-error", describe(error));
  }
}

/** With the one whose fault it is, by the bytes of both hops, and why. */
async function blamed(
  result: CaseResult,
  { exchanges, client, timedOut }: CaseOutcome & { timedOut: boolean },
  world: World,
): Promise<CaseResult> {
  const rules = result.findings.map(({ rule }) => rule);
  const found = await blameFor({ exchanges, client, timedOut, rules }, world);
  const { rule, message, evidence } = blameFinding(found, { exchanges, client });
  return { ...result, blame: found.who, findings: [{ rule, message, evidence }, ...result.findings] };
}

/** Where the bytes of both hops are, when somebody keeps them. */
async function keptHops(
  { findings, blame }: CaseResult,
  { exchanges }: CaseOutcome,
  { apiKey }: LiveModel,
  keep: KeepRun,
): Promise<CaseResult["findings"]> {
  const head = findings.map(({ rule, message }) => `${rule}: ${message}`);
  const place = await keep(
    () => hopFiles(exchanges, head, apiKey === undefined ? [] : [apiKey]),
    blame === "environment",
  );
  return place === null
    ? []
    : [{ rule: "evidence", message: `the bytes of both hops: ${place}`, evidence: "" }];
}

/** The row of a job that could not be run. */
export function brokenHarness(job: Job, model: string, error: unknown): CaseResult {
  return resultOf(job, model, { verdict: "harness-error", reason: describe(error), findings: [], ms: 0 });
}

type Done = (verdict: Verdict, reason: string | null, findings?: readonly Finding[]) => CaseResult;

interface Outcome {
  verdict: Verdict;
  reason: string | null;
  findings: readonly Finding[];
  ms: number;
}

function resultOf(job: Job, model: string, { verdict, reason, findings, ms }: Outcome): CaseResult {
  return {
    id: job.spec.id,
    suite: job.suite.suite,
    level: job.spec.level,
    kind: job.kind,
    model,
    upstream: job.reported,
    mode: job.mode,
    verdict,
    reason,
    known: null,
    blame: verdict === "fail" ? "bridge" : verdict === "harness-error" ? "harness" : null,
    rate: null,
    findings: findings.map(({ rule, message, evidence }) => ({ rule, message, evidence })),
    attempts: verdict === "skip" ? 0 : 1,
    ms,
  };
}

function settle(outcome: { findings: readonly Finding[] }, done: Done): CaseResult {
  const { findings } = outcome;
  const errors = findings.filter(({ severity }) => severity === "error");
  if (errors.length > 0) return done("fail", null, errors);
  const dropped = findings.filter(({ rule }) => rule === DEGRADED);
  if (dropped.length === 0) return done("pass", null, findings);
  const reasons = new Set(dropped.map(({ message }) => message.replace(/^\[[^\]]*\] /, "")));
  return done("degraded", [...reasons].join("; "), findings);
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return excerpt(
    `${error.name}: ${error.message}${error.cause instanceof Error ? ` (${error.cause.message})` : ""}`,
  );
}

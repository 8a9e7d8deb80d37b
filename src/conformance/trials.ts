import type { Job } from "./select.ts";
import { plannedLooks } from "./statistics.ts";
import { brokenByBridge, decisionOf, settledRow, TRIES, voidedBy } from "./trial-row.ts";
import type { Ending, TrialPlan, TrialRow } from "./trial-row.ts";
import type { Attempt, CaseResult } from "./types.ts";

/** What the trials of one model need from outside. */
export interface TrialSurroundings {
  /** Runs a row once, for the `n`th time from 1. Never rejects. */
  run(job: Job, n: number): Promise<CaseResult>;
  /** Milliseconds of a clock that never goes back. */
  now(): number;
  /** Waits before a try is made again. */
  pause(ms: number): Promise<void>;
  signal: AbortSignal;
  /** `leftMs`: the most that the rows will take from here, from what runs took so far and the budget. */
  onAttempt(attempt: Attempt, leftMs: number): void;
  onSettled(job: Job, result: CaseResult): void;
}

/** Milliseconds between the tries of one run: a server that loads its model needs a moment. */
const PAUSES = [1000, 4000] as const;

/** So many rows in a row that could not be run, each tried three times: their server is gone. */
const LOST_AFTER = 3;

interface OpenRow extends TrialRow {
  /** The last result, whatever it was. */
  last: CaseResult | null;
  settled: boolean;
}

/**
 * Runs all live rows of one model, one run at a time: in waves to the next look, and in a wave each row may
 * take an equal share of the time that is left, so that a small budget says a little of every row. The
 * runs of one row follow each other, because a model server keeps the prefix of the last prompt.
 * @returns false when the model's server was lost: what was left was not run any more, or nothing could be run at all
 */
export async function runTrials(
  jobs: readonly Job[],
  plan: TrialPlan,
  surroundings: TrialSurroundings,
): Promise<boolean> {
  const rows = jobs.map((job): OpenRow => ({ job, runs: [], voided: [], last: null, settled: false }));
  const trials = new Trials(rows, plan, surroundings);
  while (trials.open().length > 0) if (!(await trials.wave())) break;
  return !trials.isLost();
}

class Trials {
  readonly #rows: readonly OpenRow[];
  readonly #plan: TrialPlan;
  readonly #outside: TrialSurroundings;
  readonly #looks: readonly number[];
  readonly #deadline: number;
  /** Rows that could not be run, since the last run that counts. */
  #unserved = 0;

  constructor(rows: readonly OpenRow[], plan: TrialPlan, outside: TrialSurroundings) {
    this.#rows = rows;
    this.#plan = plan;
    this.#outside = outside;
    this.#looks = plannedLooks(plan.runs);
    this.#deadline = outside.now() + plan.budgetMs;
  }

  isLost(): boolean {
    if (this.#unserved >= LOST_AFTER) return true;
    return this.#unserved > 0 && this.#rows.every(({ runs }) => runs.length === 0);
  }

  open(): OpenRow[] {
    return this.#rows.filter(({ settled }) => !settled);
  }

  /** One pass over the rows that are furthest from their next look; false: nothing can be run any more. */
  async wave(): Promise<boolean> {
    const open = this.open();
    const look = Math.min(...open.map((row) => this.#nextLook(row)));
    const wave = open.filter((row) => this.#nextLook(row) === look);
    for (const [index, row] of wave.entries()) {
      const now = this.#outside.now();
      const ending = this.#mustEnd(now);
      if (ending !== null) return this.#endAll(ending);
      const share = now + (this.#deadline - now) / (wave.length - index);
      await this.#advance(row, look, share);
    }
    return true;
  }

  #nextLook({ runs }: OpenRow): number {
    return this.#looks.find((look) => look > runs.length) ?? this.#plan.runs;
  }

  #mustEnd(now: number): Ending | null {
    if (this.#outside.signal.aborted) return "interrupted";
    if (this.#unserved >= LOST_AFTER) return "lost";
    return now >= this.#deadline ? "budget" : null;
  }

  /** At least one run; up to the look, until the bridge breaks the rule, or as long as the row's share of the time lasts. */
  async #advance(row: OpenRow, look: number, until: number): Promise<void> {
    do await this.#runOnce(row);
    while (
      !row.settled &&
      !brokenByBridge(row) &&
      row.runs.length < look &&
      this.#outside.now() < until &&
      !this.#outside.signal.aborted
    );
    if (row.settled || this.#outside.signal.aborted) return;
    if (brokenByBridge(row)) return this.#settle(row, "looked");
    if (row.runs.length < look) return;
    if (decisionOf(row, this.#plan) !== "undecided" || look === this.#looks.at(-1))
      this.#settle(row, "looked");
  }

  /** One run, tried again while only its surroundings fail. */
  async #runOnce(row: OpenRow): Promise<void> {
    const { signal } = this.#outside;
    for (let tried = 1; ; tried++) {
      const result = await this.#outside.run(row.job, row.runs.length + 1);
      if (signal.aborted) return;
      row.last = result;
      if (result.verdict === "skip") return this.#settleAs(row, result);
      if (voidedBy(result) === null) {
        row.runs.push(result);
        this.#unserved = 0;
        return this.#tell(row, result, false);
      }
      row.voided.push(result);
      this.#tell(row, result, true);
      if (tried === TRIES) {
        if (voidedBy(result) === "environment") this.#unserved++;
        return this.#settle(row, "broken");
      }
      await this.#outside.pause(PAUSES[tried - 1] ?? 0);
      if (signal.aborted || this.#outside.now() >= this.#deadline) return;
    }
  }

  #tell(row: OpenRow, result: CaseResult, isVoid: boolean): void {
    const { id, suite, kind, model, verdict, blame, ms } = result;
    const n = row.runs.length + (isVoid ? 1 : 0);
    const reason = result.reason ?? (isVoid ? (result.findings[0]?.message ?? null) : null);
    this.#outside.onAttempt(
      { case: id, suite, kind, model, n, verdict, blame, reason, ms, void: isVoid },
      this.#leftMs(),
    );
  }

  /** As if every open row needed all its runs. */
  #leftMs(): number {
    const overall = meanMs(this.#rows) ?? 0;
    const wanted = this.open().reduce(
      (sum, row) => sum + (meanMs([row]) ?? overall) * (this.#plan.runs - row.runs.length),
      0,
    );
    return Math.max(0, Math.min(wanted, this.#deadline - this.#outside.now()));
  }

  #endAll(ending: Ending): boolean {
    for (const row of this.open()) this.#settle(row, ending);
    return false;
  }

  /** A row that an interrupt found without a single run is left out. */
  #settle(row: OpenRow, ending: Ending): void {
    if (row.last === null && ending === "interrupted") return;
    const like = row.last ?? unrun(row.job);
    this.#settleAs(row, settledRow(row, this.#plan, ending, like));
  }

  #settleAs(row: OpenRow, result: CaseResult): void {
    row.settled = true;
    this.#outside.onSettled(row.job, result);
  }
}

function meanMs(rows: readonly TrialRow[]): number | null {
  const all = rows.flatMap(({ runs }) => runs);
  return all.length === 0 ? null : all.reduce((sum, { ms }) => sum + ms, 0) / all.length;
}

/** A row whose turn never came. */
function unrun({ spec, suite, kind, live, reported, mode }: Job): CaseResult {
  return {
    id: spec.id,
    suite: suite.suite,
    level: spec.level,
    kind,
    model: live?.name ?? "",
    upstream: reported,
    mode,
    verdict: "inconclusive",
    reason: null,
    known: null,
    blame: null,
    rate: null,
    findings: [],
    attempts: 0,
    ms: 0,
  };
}

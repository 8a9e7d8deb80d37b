import { showDuration } from "../../conformance/duration.ts";
import type { OnProgress, Progress, ProgressGroup } from "../../conformance/options.ts";

interface GroupProgress extends ProgressGroup {
  done: number;
  failed: number;
  skipped: number;
  open: number;
  runs: number;
  passedRuns: number;
}

type Of<K extends Progress["kind"]> = Extract<Progress, { kind: K }>;

/** Where progress is written; a terminal also gets a line that counts while a suite runs. */
type Output = Pick<NodeJS.WriteStream, "write"> & { isTTY?: boolean; columns?: number };

/** Nobody watches a pipe, unless it was asked for (`--progress`). */
export function isProgressShown(output: Output, asked: boolean | undefined): boolean {
  return asked ?? output.isTTY === true;
}

/**
 * A line at the start, and one per suite and live model when its last case is done. A terminal also sees the
 * count, the rate of a live model's runs and the time left. Nothing where progress is not shown.
 */
export function createProgress(output: Output, asked?: boolean): OnProgress {
  if (!isProgressShown(output, asked)) return () => undefined;
  const groups = new Map<string, GroupProgress>();
  const renew = output.isTTY === true ? "\r\u001b[K" : "";
  // A line that the terminal breaks is two lines, and only the second would be written over.
  const rewrite = (line: string): void => {
    if (renew !== "") output.write(`${renew}${line.slice(0, (output.columns ?? 80) - 1)}`);
  };
  const count = { done: 0, total: 0 };
  return (progress) => {
    if (progress.kind === "start") {
      for (const group of progress.groups) groups.set(keyOf(group.suite, group.model), begun(group));
      count.total = progress.groups.reduce((sum, { total }) => sum + total, 0);
      output.write(`${startLine(progress.groups, count.total)}\n`);
    }
    if (progress.kind === "end") output.write(renew);
    if (progress.kind === "attempt") {
      const { attempt, leftMs } = progress;
      const group = groups.get(keyOf(attempt.suite, attempt.model));
      if (group !== undefined) countRun(group, attempt);
      rewrite(runningLine(count, group, leftMs));
    }
    if (progress.kind !== "case") return;
    count.done = progress.done;
    const group = groups.get(keyOf(progress.result.suite, progress.model));
    if (group !== undefined && countCase(group, progress) === group.total)
      output.write(`${renew}${lineOf(group)}\n`);
    rewrite(`running ${count.done}/${count.total}`);
  };
}

function keyOf(suite: string, model: string | null): string {
  return JSON.stringify([suite, model]);
}

function begun(group: ProgressGroup): GroupProgress {
  return { ...group, done: 0, failed: 0, skipped: 0, open: 0, runs: 0, passedRuns: 0 };
}

function startLine(groups: readonly ProgressGroup[], rows: number): string {
  const names = [...new Set(groups.map(({ suite }) => suite))].join(", ");
  const models = [...new Set(groups.flatMap(({ model }) => model ?? []))];
  const on = models.length === 0 ? "" : `; live: ${models.join(", ")}`;
  return `running ${rows} ${rows === 1 ? "case" : "cases"} of ${names}${on}`;
}

function countRun(group: GroupProgress, { verdict, void: isVoid }: Of<"attempt">["attempt"]): void {
  if (isVoid) return;
  group.runs++;
  if (verdict === "pass" || verdict === "degraded") group.passedRuns++;
}

function runningLine(
  { done, total }: { done: number; total: number },
  group: GroupProgress | undefined,
  leftMs: number,
): string {
  const rate = group === undefined ? "" : `: ${group.suite}, ${group.model}, ${ratio(group)}`;
  // The time first: the end of the line is what a narrow terminal loses.
  return `running ${done}/${total}, at most ${showDuration(leftMs)} left${rate}`;
}

function ratio({ passedRuns, runs }: GroupProgress): string {
  return `${passedRuns} of ${runs} runs passed`;
}

function countCase(group: GroupProgress, { result: { verdict } }: Of<"case">): number {
  group.done++;
  if (verdict === "fail" || verdict === "harness-error") group.failed++;
  if (verdict === "skip") group.skipped++;
  if (verdict === "inconclusive") group.open++;
  return group.done;
}

function lineOf(group: GroupProgress): string {
  const { suite, model, total, failed, skipped, open, runs } = group;
  const notes = [
    failed > 0 ? `${failed} failed` : "",
    open > 0 ? `${open} inconclusive` : "",
    skipped > 0 ? `${skipped} skipped` : "",
    runs > 0 ? ratio(group) : "",
  ].filter(Boolean);
  const name = model === null ? suite.padEnd(14) : `${suite.padEnd(14)} ${model}:`;
  const more = notes.length > 0 ? `, ${notes.join(", ")}` : "";
  return `${name} ${total - failed - skipped - open}/${total - skipped} passed${more}`;
}

import type { CaseSpec, SuiteFile } from "./case.ts";
import { clientFor } from "./client-choice.ts";
import type { LiveModel } from "./options.ts";
import { excerpt } from "./path.ts";
import { decide } from "./statistics.ts";
import { FLOOR } from "./trial-row.ts";
import type { CaseResult } from "./types.ts";

/** One task, for people. */
export interface TaskReadiness {
  /** Id of the case. */
  case: string;
  /** E.g. `edits files`. */
  does: string;
  passed: number;
  /** Runs that could be judged. */
  n: number;
  /** Of Wilson's interval against the task's floor: above it, below it, across it; or there was no run to judge. */
  verdict: "yes" | "no" | "open" | "not-tried";
  /** Whose fault most failed runs are; null: there was none, or nobody knows. */
  blame: CaseResult["blame"];
  /** Why it was not tried. */
  reason: string | null;
}

/** What a model is good for in Claude Code. */
export interface Readiness {
  /** E.g. `qwen3:1.7b completes Claude Code's tool loop in 17 of 20 runs; … ; not ready for unattended edits`. */
  line: string;
  /** `not-shown`: the runs are too few to tell. `unknown`: what decides was not tried. */
  verdict: "ready" | "not-ready" | "not-shown" | "unknown";
  tasks: TaskReadiness[];
}

/** Reasons are told whole beside the row; here they only have to be known again. */
const REASON = 80;

/**
 * The line that says what a model is good for, from the rows of the cases that have a `readiness:`; null when none
 * of them is among the rows.
 *
 * Each task is held against its own floor in `suites/tasks.yaml`, whatever `--floor` says: 0.5 for the tool loop, 0.7
 * for what edits files. It is done when the lower end of Wilson's interval (95 % over all looks) reaches the floor, not
 * done when the upper end stays below, and open in between. Then, the first that holds:
 *
 * - what `decides: loop` is not done: not ready for Claude Code; was not tried: not known; is open: not shown;
 * - of what `decides: edits` one is not done: not ready for unattended edits; all are: ready; else not shown.
 *
 * At a floor of 0.7, 19 of 20 runs must pass: with fewer runs nobody is shown to be ready.
 */
export function readinessOf(
  model: string,
  rows: readonly CaseResult[],
  suites: readonly SuiteFile[],
  profile?: LiveModel["profile"],
): Readiness | null {
  const mine = rows.filter((row) => row.model === model && row.kind === "capable");
  const judged = suites
    .flatMap(({ cases }) => cases)
    .flatMap((spec) => {
      const row = mine.find(({ id }) => id === spec.id);
      return spec.readiness === undefined || row === undefined ? [] : [{ spec, task: taskOf(spec, row) }];
    });
  if (judged.length === 0) return null;
  const of = (part: "loop" | "edits"): TaskReadiness[] =>
    judged.filter(({ spec }) => spec.readiness?.decides === part).map(({ task }) => task);
  const { verdict, words } = conclusion(of("loop"), of("edits"), profile);
  const tasks = judged.map(({ task }) => task);
  return { line: lineOf(model, tasks, words, profile), verdict, tasks };
}

function taskOf({ id, floor = FLOOR, readiness }: CaseSpec, row: CaseResult): TaskReadiness {
  const { rate, blame, reason } = row;
  const tried = rate !== null && rate.n > 0;
  const decision = tried ? decide(rate, floor) : null;
  return {
    case: id,
    does: readiness?.does ?? id,
    passed: rate?.passed ?? 0,
    n: rate?.n ?? 0,
    verdict: decision === null ? "not-tried" : ANSWERS[decision],
    blame: tried && rate.passed < rate.n ? blame : null,
    reason: tried ? null : (reason ?? "it was not run"),
  };
}

const ANSWERS = { pass: "yes", fail: "no", undecided: "open" } as const;

interface Conclusion {
  verdict: Readiness["verdict"];
  words: string;
}

function conclusion(
  loop: readonly TaskReadiness[],
  edits: readonly TaskReadiness[],
  profile: LiveModel["profile"],
): Conclusion {
  if (profile?.capabilities.tools?.has === false)
    return { verdict: "not-ready", words: "not ready for Claude Code: it has no tools" };
  const all = loop.map(({ verdict }) => verdict);
  if (all.includes("no")) return { verdict: "not-ready", words: "not ready for Claude Code" };
  if (all.length === 0 || all.includes("not-tried"))
    return { verdict: "unknown", words: "whether it is ready for Claude Code is not known" };
  if (all.includes("open"))
    return { verdict: "not-shown", words: "not shown to be ready for Claude Code: too few runs" };
  return ofEdits(edits.map(({ verdict }) => verdict));
}

function ofEdits(all: readonly TaskReadiness["verdict"][]): Conclusion {
  if (all.includes("no")) return { verdict: "not-ready", words: "not ready for unattended edits" };
  if (all.length === 0 || all.includes("not-tried"))
    return { verdict: "unknown", words: "whether it is ready for unattended edits is not known" };
  return all.includes("open")
    ? { verdict: "not-shown", words: "not shown to be ready for unattended edits: too few runs" }
    : { verdict: "ready", words: "ready for unattended edits" };
}

function lineOf(
  model: string,
  tasks: readonly TaskReadiness[],
  words: string,
  profile: LiveModel["profile"],
): string {
  const tried = tasks.filter(({ verdict }) => verdict !== "not-tried");
  if (tried.length === 0) {
    const reasons = new Set(tasks.map(({ reason }) => excerpt(reason ?? "", REASON)));
    return `${model}: ${words}; no task was tried (${[...reasons].join("; ")})`;
  }
  const parts = [...tried.map((task, index) => doneIn(task, index === 0)), ...notTried(tasks), words];
  const { bare, why } = clientFor(profile);
  return `${model} ${parts.join("; ")}${bare ? ` (tried with claude --bare: ${why})` : ""}`;
}

function doneIn({ does, passed, n, blame }: TaskReadiness, first: boolean): string {
  const runs = first ? (n === 1 ? " run" : " runs") : "";
  const fault = blame === null || blame === "model" ? "" : ` (blame: ${blame})`;
  return `${does} in ${passed} of ${n}${runs}${fault}`;
}

/** Those of one reason together. */
function notTried(tasks: readonly TaskReadiness[]): string[] {
  const reasons = Map.groupBy(
    tasks.filter(({ verdict }) => verdict === "not-tried"),
    ({ reason }) => excerpt(reason ?? "", REASON),
  );
  return [...reasons].map(
    ([reason, some]) => `not tried: ${some.map(({ does }) => does).join(", ")} (${reason})`,
  );
}

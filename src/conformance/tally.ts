import type { CaseResult, Level, RunReport, Tally } from "./types.ts";

const HEADLINE_LEVELS: readonly [key: "must" | "should" | "may", level: Level][] = [
  ["must", "MUST"],
  ["should", "SHOULD"],
  ["may", "MAY"],
];

/** Rows that a live model had a part in are reported apart, never added to the others. */
export function isOfModel({ kind, rate }: CaseResult): boolean {
  return kind === "capable" || rate !== null;
}

const PASSED = new Set(["pass", "degraded"]);

/** pass = pass + degraded; total = all but skip. */
function tally(results: readonly CaseResult[]): Tally {
  const counted = results.filter(({ verdict }) => verdict !== "skip");
  return { pass: counted.filter(({ verdict }) => PASSED.has(verdict)).length, total: counted.length };
}

export function headline(results: readonly CaseResult[]): RunReport["headline"] {
  const [model, bridge] = [true, false].map((ofModel) => {
    const mine = results.filter((result) => isOfModel(result) === ofModel);
    return Object.fromEntries(
      HEADLINE_LEVELS.map(([key, level]) => [key, tally(mine.filter((one) => one.level === level))]),
    ) as Record<"must" | "should" | "may", Tally>;
  });
  return { bridge: bridge ?? none(), model: model ?? none() };
}

function none(): Record<"must" | "should" | "may", Tally> {
  return { must: tally([]), should: tally([]), may: tally([]) };
}

export interface Gate {
  failOn: "must" | "should";
  incomplete: boolean;
  /** `capable` rows count as well: a floor was named for them. */
  capable?: boolean;
  /** Rows that remain open are not put up with. */
  conclusive?: boolean;
}

/** 5 before 1: a broken harness or an unfinished run says nothing about the target. */
export function exitCodeOf(
  results: readonly CaseResult[],
  { failOn, incomplete, capable = false, conclusive = false }: Gate,
): number {
  if (incomplete || results.some(({ verdict }) => verdict === "harness-error")) return 5;
  const levels: readonly Level[] = failOn === "must" ? ["MUST"] : ["MUST", "SHOULD"];
  const failed = results.some(
    ({ verdict, level, kind }) =>
      verdict === "fail" && levels.includes(level) && (capable || kind !== "capable"),
  );
  if (failed) return 1;
  return conclusive && results.some(({ verdict }) => verdict === "inconclusive") ? 6 : 0;
}

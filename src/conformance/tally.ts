import type { CaseKind, CaseResult, Level, RunReport, Tally } from "./types.ts";

const HEADLINE_LEVELS: readonly [key: "must" | "should" | "may", level: Level][] = [
  ["must", "MUST"],
  ["should", "SHOULD"],
  ["may", "MAY"],
];

/** Kinds whose outcome depends on a live model's wits: reported apart, never added to the others. */
const MODEL_KINDS: ReadonlySet<CaseKind> = new Set(["capable"]);

const PASSED = new Set(["pass", "degraded"]);

/** pass = pass + degraded; total = all but skip. */
function tally(results: readonly CaseResult[]): Tally {
  const counted = results.filter(({ verdict }) => verdict !== "skip");
  return { pass: counted.filter(({ verdict }) => PASSED.has(verdict)).length, total: counted.length };
}

export function headline(results: readonly CaseResult[]): RunReport["headline"] {
  const [model, bridge] = [true, false].map((ofModel) => {
    const mine = results.filter(({ kind }) => MODEL_KINDS.has(kind) === ofModel);
    return Object.fromEntries(
      HEADLINE_LEVELS.map(([key, level]) => [key, tally(mine.filter((one) => one.level === level))]),
    ) as Record<"must" | "should" | "may", Tally>;
  });
  return { bridge: bridge ?? none(), model: model ?? none() };
}

function none(): Record<"must" | "should" | "may", Tally> {
  return { must: tally([]), should: tally([]), may: tally([]) };
}

/** 5 before 1: a broken harness or an unfinished run says nothing about the target. */
export function exitCodeOf(
  results: readonly CaseResult[],
  { failOn, incomplete }: { failOn: "must" | "should"; incomplete: boolean },
): number {
  if (incomplete || results.some(({ verdict }) => verdict === "harness-error")) return 5;
  const levels: readonly Level[] = failOn === "must" ? ["MUST"] : ["MUST", "SHOULD"];
  const failed = results.some(
    ({ verdict, level, kind }) => verdict === "fail" && levels.includes(level) && !MODEL_KINDS.has(kind),
  );
  return failed ? 1 : 0;
}

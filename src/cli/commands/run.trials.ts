import { parseDuration } from "../../conformance/duration.ts";
import type { SuiteOptions } from "../../conformance/options.ts";
import { MOST_RUNS } from "../../conformance/statistics.ts";
import { usageError } from "../exit.ts";
import type { RunArguments } from "./run.ts";

/** How live cases are repeated and judged. @throws CliError exit 2 */
export function trialsOf(argv: RunArguments): Pick<SuiteOptions, "trials" | "requireConclusive"> {
  const { "live-runs": runs, "require-conclusive": requireConclusive } = argv;
  if (!Number.isInteger(runs) || runs < 1 || runs > MOST_RUNS)
    throw usageError(`--live-runs must be a whole number from 1 to ${MOST_RUNS}`);
  const floor = argv.floor === undefined ? null : floorOf(argv.floor);
  const budgetMs = parseDuration(argv.budget);
  if (budgetMs === null)
    throw usageError(`--budget must be a time like 90s, 10m or 1h, not "${argv.budget}"`);
  return { trials: { runs, budgetMs, ...(floor !== null && { floor }) }, requireConclusive };
}

/** `0.8` and `80%` are the same rate. */
function floorOf(text: string): number {
  const [, digits, percent] = /^(\d+|\d*\.\d+)\s*(%?)$/.exec(text.trim()) ?? [];
  const rate = digits === undefined ? Number.NaN : Number(digits) / (percent === "%" ? 100 : 1);
  if (rate >= 0 && rate <= 1) return rate;
  const meant = rate > 1 && rate <= 100 && percent === "" ? `: for ${digits} percent write ${digits}%` : "";
  throw usageError(`--floor must be a rate like 0.8 or 80%, not "${text}"${meant}`);
}

import { describeDifference } from "../cassette/diff.ts";
import type { ReplayReport } from "./player.ts";

/** `served 8/8 exact 8 reordered 1 unconsumed 0`, and what that does not show. */
export function fidelityLine(report: ReplayReport): string {
  const { served, total, exact, reordered, unconsumed, misses } = report;
  const missed = misses.length > 0 ? ` missed ${misses.length}` : "";
  const note = report.pace === "asap" ? " (asap: chunk boundaries not exercised)" : "";
  return `served ${served.length}/${total} exact ${exact} reordered ${reordered} unconsumed ${unconsumed.length}${missed}${note}`;
}

/** Why a replay failed, one line each; empty when it did not. The client's exit code has no say. */
export function failuresOf(report: ReplayReport, failOnDrift: boolean): string[] {
  const misses = report.misses.map(({ message }) => message);
  const many = report.unconsumed.length > 1;
  const names = `exchange${many ? "s" : ""} ${report.unconsumed.join(", ")} ${many ? "were" : "was"}`;
  const unconsumed = report.unconsumed.length > 0 ? [`unconsumed: ${names} never asked for`] : [];
  return [...misses, ...unconsumed, ...(failOnDrift ? driftLines(report) : [])];
}

export function driftLines(report: ReplayReport): string[] {
  return report.drift.flatMap(({ exchange, differences }) =>
    differences.map((difference) => `drift: exchange ${exchange} ${describeDifference(difference)}`),
  );
}

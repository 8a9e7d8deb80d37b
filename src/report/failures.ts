import type { CaseResult } from "../conformance/types.ts";
import { printable, wrap, type Paint } from "./style.ts";

/** What the report says of a case beyond its result: the rule in our words and where it is stated. */
export interface CaseInfo {
  title: string;
  spec: readonly { source: string; url?: string }[];
}

export type CaseIndex = ReadonlyMap<string, CaseInfo>;

export interface FailureOptions {
  width: number;
  paint: Paint;
  cases: CaseIndex;
}

/** Findings printed per case; the rest is in the JSON report. */
const SHOWN = 3;

/** A failing case: the rule, what was sent, what came back, and the rule's source. */
export function failureLines(result: CaseResult, { width, paint, cases }: FailureOptions): string[] {
  const info = cases.get(result.id);
  const word = result.verdict === "harness-error" ? "HARNESS ERROR" : result.verdict.toUpperCase();
  const { mode, upstream, kind } = result;
  const upstreamMode = mode === null || mode === "go" ? upstream : `${upstream}, mode ${mode}`;
  const where = [kind, upstreamMode].filter((part) => part !== null).join(" over ");
  return [
    ...wrap(`${word} ${result.level} ${result.id} (${where})`, width).map((line) =>
      paint(["bold", "red"], line),
    ),
    ...wrap(info?.title ?? "", width, "  "),
    ...(result.reason === null ? [] : wrap(printable(result.reason), width, "  ")),
    ...withoutRepeats(result.findings.slice(0, SHOWN)).flatMap((finding) =>
      findingLines(finding, width, paint),
    ),
    ...more(result.findings.length - SHOWN),
    ...(info?.spec ?? []).flatMap(({ source, url }) => [
      ...wrap(`source: ${source}`, width, "  "),
      ...(url === undefined ? [] : [`    ${url}`]),
    ]),
    "",
  ];
}

type Shown = CaseResult["findings"][number];

/** What was sent is printed once for all findings of one send. */
function withoutRepeats(findings: readonly Shown[]): Shown[] {
  return findings.map((finding, index) => {
    const [sent = "", ...rest] = finding.evidence.split("\n");
    const again = sent !== "" && findings[index - 1]?.evidence.split("\n")[0] === sent;
    return again ? { ...finding, evidence: rest.join("\n") } : finding;
  });
}

function findingLines(finding: Shown, width: number, paint: Paint): string[] {
  return [
    ...wrap(`rule ${finding.rule}: ${printable(finding.message)}`, width, "  ").map((line) =>
      paint("yellow", line),
    ),
    ...(finding.evidence === "" ? [] : wrap(printable(finding.evidence), width, "    ")),
  ];
}

function more(count: number): string[] {
  return count > 0 ? [`  and ${count} more findings (--format json)`] : [];
}

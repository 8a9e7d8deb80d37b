import type { CaseResult } from "../conformance/types.ts";
import type { CommonFindings } from "./common.ts";
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
  common: CommonFindings;
}

/** Findings printed per case; the rest is in the JSON report. */
const SHOWN = 3;

/** What many cases have in common, each once, with its evidence and the cases. */
export function commonLines({ width, paint, common }: FailureOptions): string[] {
  return common.list.flatMap(({ letter, cases, ...finding }) => [
    ...wrap(`${letter}: IN ${cases.length} CASES`, width).map((line) => paint(["bold", "red"], line)),
    ...findingLines(finding, width, paint),
    ...wrap(`in ${cases.join(", ")}`, width, "  "),
    "",
  ]);
}

/**
 * A failing case: the rule, what was sent, what came back, and the rule's source. What it has in common with others
 * is referred to by letter; a case with nothing of its own has no more than its title.
 */
export function failureLines(result: CaseResult, options: FailureOptions): string[] {
  const { width, paint, cases, common } = options;
  const info = cases.get(result.id);
  const found = new Set(result.findings.map((finding) => common.of(finding)));
  const letters = common.list.filter((one) => found.has(one)).map(({ letter }) => letter);
  const own = result.findings.filter((finding) => common.of(finding) === undefined);
  const shared = letters.length === 0 ? "" : `: ${letters.join(", ")}`;
  const word = result.verdict === "harness-error" ? "HARNESS ERROR" : result.verdict.toUpperCase();
  const where = whereOf(result);
  const title = wrap(`${word} ${result.level} ${result.id} (${where})${shared}`, width).map((line) =>
    paint(["bold", "red"], line),
  );
  const says = info === undefined ? [] : wrap(info.title, width, "  ");
  if (letters.length > 0 && own.length === 0) return [...title, ...says];
  return [
    ...title,
    ...says,
    ...(result.reason === null ? [] : wrap(printable(result.reason), width, "  ")),
    ...withoutRepeats(own.slice(0, SHOWN)).flatMap((finding) => findingLines(finding, width, paint)),
    ...more(own.length - SHOWN),
    ...(info?.spec ?? []).flatMap(({ source, url }) => [
      ...wrap(`source: ${source}`, width, "  "),
      ...(url === undefined ? [] : [`    ${url}`]),
    ]),
    "",
  ];
}

/** `script over ollama, mode jinja`, `any over openai, qwen3:1.7b`. */
function whereOf({ kind, upstream, mode, rate, model }: CaseResult): string {
  const over = [kind, upstream].filter((part) => part !== null).join(" over ");
  const modes = mode === null || mode === "go" ? [] : [`mode ${mode}`];
  return [over, ...modes, ...(rate === null ? [] : [printable(model)])].join(", ");
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

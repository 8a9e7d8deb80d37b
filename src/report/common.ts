import type { CaseResult } from "../conformance/types.ts";

type Shown = CaseResult["findings"][number];

/** One finding that many cases have: a fault of the target itself rather than of what a case asks. */
export interface CommonFinding {
  /** `A`, `B`, …: by which the cases refer to it. */
  letter: string;
  rule: string;
  /** Without the name of a send. */
  message: string;
  /** Of the first case that has it. */
  evidence: string;
  /** Ids of the cases, each once. */
  cases: string[];
}

export interface CommonFindings {
  list: readonly CommonFinding[];
  /** The common finding that this one is; undefined when it is of its case alone. */
  of(finding: Shown): CommonFinding | undefined;
}

/** Findings in so many cases are told once. */
const MANY = 3;
/** What a procedure and a send put before a message: `(pipelined) [a stream, stream] `. */
const LABEL = /^(?:\([^)]*\) )?(?:\[[^\]]*\] )?/;

/** Findings of the same rule and message, whatever the send, that three cases or more have; the most frequent first. */
export function commonFindings(failed: readonly CaseResult[]): CommonFindings {
  const groups = new Map<string, Omit<CommonFinding, "letter">>();
  for (const { id, findings } of failed) {
    for (const finding of findings) {
      const { rule, message, evidence } = finding;
      const group = groups.get(keyOf(finding)) ?? {
        rule,
        message: message.replace(LABEL, ""),
        evidence,
        cases: [],
      };
      if (!group.cases.includes(id)) group.cases.push(id);
      groups.set(keyOf(finding), group);
    }
  }
  const common = [...groups].filter(([, { cases }]) => cases.length >= MANY);
  const sorted = common.toSorted(([, a], [, b]) => b.cases.length - a.cases.length);
  const byKey = new Map(sorted.map(([key, group], index) => [key, { letter: letterOf(index), ...group }]));
  return { list: [...byKey.values()], of: (finding) => byKey.get(keyOf(finding)) };
}

function keyOf({ rule, message }: Shown): string {
  return `${rule}\n${message.replace(LABEL, "")}`;
}

/** A … Z, then A2 … */
function letterOf(index: number): string {
  const letter = String.fromCodePoint(65 + (index % 26));
  return index < 26 ? letter : `${letter}${Math.floor(index / 26) + 1}`;
}

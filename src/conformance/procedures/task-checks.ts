import { mismatch } from "../match.ts";
import { excerpt, show } from "../path.ts";
import type { ToolUse } from "../tool-uses.ts";

/** A call that must have been made and answered. */
export interface ToolCheck {
  /** Of the tool, or of any of several. */
  name: string | string[];
  /** A match on the arguments as JSON. */
  input?: unknown;
  /** A match on the text of its result. */
  result?: unknown;
  /** The result is an error. Default false. */
  error?: boolean;
}

/** What counts as done. All of it must hold. */
export interface Passed {
  /** In this order; others may stand between them. */
  tools: ToolCheck[];
  /** So many calls in one answer, all of them answered. */
  together?: number;
  /** What the user sees at the end: a text, or a match. */
  result?: unknown;
  /** Texts of files in the folder, by their paths: a text, or a match. */
  files?: Record<string, unknown>;
  /** Files that are as they were. */
  unchanged?: string[];
  /** Arguments of a Node that is run in the folder afterwards, and must end with 0. */
  node?: string[];
}

/** How a task went, and what its folder holds afterwards. */
export interface TaskFacts {
  uses: readonly ToolUse[];
  /** What the user sees; null when the client gave no result. */
  said: string | null;
  before: Readonly<Record<string, string>>;
  /** Absent: there is no such file. */
  after: Readonly<Record<string, string>>;
  /** Of the Node that was run; null where none was. */
  ran: { exitCode: number | null; output: string } | null;
}

/** What is not as it must be, one sentence each. */
export function unmet(passed: Passed, facts: TaskFacts): string[] {
  const { uses, said, before, after, ran } = facts;
  if (uses.length === 0)
    return [`no tool was called; ${said === null ? "there was no answer" : `it said ${quoted(said)}`}`];
  return [
    toolProblem(passed.tools, uses),
    passed.together === undefined ? null : togetherProblem(passed.together, uses),
    "result" in passed ? about("what the user sees", mismatch(said ?? undefined, passed.result)) : null,
    ...Object.entries(passed.files ?? {}).map(([name, match]) => about(name, mismatch(after[name], match))),
    ...(passed.unchanged ?? []).map((name) =>
      after[name] === before[name] ? null : `${name} was changed, which was not to be`,
    ),
    ran === null || ran.exitCode === 0
      ? null
      : `${["node", ...(passed.node ?? [])].join(" ")} ended with ${ran.exitCode ?? "a signal"}: ${excerpt(ran.output, 300)}`,
  ].filter((problem) => problem !== null);
}

function toolProblem(wanted: readonly ToolCheck[], uses: readonly ToolUse[]): string | null {
  let from = 0;
  for (const check of wanted) {
    const at = uses.findIndex((use, index) => index >= from && fits(use, check));
    if (at === -1) return `there was no ${describe(check)}${from > 0 ? " after that" : ""}`;
    from = at + 1;
  }
  return null;
}

function fits({ name, input, result }: ToolUse, check: ToolCheck): boolean {
  return (
    [check.name].flat().includes(name) &&
    result !== null &&
    result.isError === (check.error ?? false) &&
    (check.input === undefined || mismatch(JSON.stringify(input), check.input) === null) &&
    (check.result === undefined || mismatch(result.text, check.result) === null)
  );
}

function describe({ name, input, result, error = false }: ToolCheck): string {
  const parts = [
    `call of ${[name].flat().join(" or ")} that was answered with ${error ? "an error" : "a result"}`,
    input === undefined ? null : `arguments ${show(input)}`,
    result === undefined ? null : `text ${show(result)}`,
  ];
  return parts.filter((part) => part !== null).join(", ");
}

function togetherProblem(wanted: number, uses: readonly ToolUse[]): string | null {
  const perTurn = new Map<number, number>();
  for (const { turn, result } of uses) if (result !== null) perTurn.set(turn, (perTurn.get(turn) ?? 0) + 1);
  const most = Math.max(0, ...perTurn.values());
  return most >= wanted ? null : `no answer made ${wanted} calls at once: the most is ${most}`;
}

function about(what: string, wrong: string | null): string | null {
  return wrong === null ? null : `${what} ${wrong}`;
}

function quoted(text: string): string {
  return `“${excerpt(text.trim().replaceAll(/\s+/g, " "), 160)}”`;
}

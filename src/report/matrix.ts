import type { CaseResult, Level } from "../conformance/types.ts";

/** One column of the matrix: a level over an upstream; `wire` cases have none. */
export interface Column {
  level: Level;
  upstream: CaseResult["upstream"];
  /** How the engine ran the model; absent where its ways are not told apart. */
  mode?: CaseResult["mode"];
}

export interface Cell {
  pass: number;
  total: number;
  skipped: number;
}

export interface Matrix {
  columns: Column[];
  rows: { suite: string; cells: Cell[] }[];
}

const LEVELS: readonly Level[] = ["MUST", "SHOULD", "MAY"];
const MODES: readonly CaseResult["mode"][] = [null, "go", "jinja", "parser"];
const UPSTREAMS: readonly CaseResult["upstream"][] = [null, "ollama", "openai"];

/**
 * Suites by level and upstream; columns that no case falls into are left out. Where a real engine plays the
 * scripted model under several names, one for each of its ways, each is a column of its own.
 */
export function matrixOf(cases: readonly CaseResult[]): Matrix {
  const scripted = cases.filter(({ kind }) => kind === "script").map(({ model }) => model);
  const byMode = new Set(scripted).size > 1;
  const columns = LEVELS.flatMap((level) =>
    UPSTREAMS.flatMap((upstream): Column[] =>
      byMode ? MODES.map((mode) => ({ level, upstream, mode })) : [{ level, upstream }],
    ),
  ).filter((column) => cases.some((one) => isIn(one, column)));
  const suites = [...new Set(cases.map(({ suite }) => suite))];
  const rows = suites.map((suite) => {
    const mine = cases.filter((one) => one.suite === suite);
    return { suite, cells: columns.map((column) => cellOf(mine.filter((one) => isIn(one, column)))) };
  });
  return { columns, rows };
}

function cellOf(cases: readonly CaseResult[]): Cell {
  const counted = cases.filter(({ verdict }) => verdict !== "skip");
  const pass = counted.filter(({ verdict }) => verdict === "pass" || verdict === "degraded").length;
  return { pass, total: counted.length, skipped: cases.length - counted.length };
}

export function columnTitle({ level, upstream, mode }: Column): string {
  return `${level}\n${upstream ?? "wire"}${mode == null ? "" : ` ${mode}`}`;
}

function isIn(one: CaseResult, column: Column): boolean {
  const inMode = column.mode === undefined || one.mode === column.mode;
  return one.level === column.level && one.upstream === column.upstream && inMode;
}

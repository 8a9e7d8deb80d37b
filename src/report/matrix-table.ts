import { stripVTControlCharacters } from "node:util";
import { columnTitle, type Cell, type Matrix } from "./matrix.ts";
import type { Paint } from "./style.ts";

const BARE = { top: "", "top-mid": "", "top-left": "", "top-right": "" };
const LOW = { bottom: "", "bottom-mid": "", "bottom-left": "", "bottom-right": "" };
const INNER = { left: "", "left-mid": "", mid: "", "mid-mid": "", right: "", "right-mid": "", middle: "  " };

/** The matrix as lines: a table where it fits, else a short block per suite. */
export async function matrixLines(matrix: Matrix, width: number, paint: Paint): Promise<string[]> {
  const table = await tableLines(matrix, paint);
  return table.every((line) => visibleLength(line) <= width) ? table : blockLines(matrix, paint);
}

async function tableLines(matrix: Matrix, paint: Paint): Promise<string[]> {
  const { default: Table } = await import("cli-table3");
  const table = new Table({
    chars: { ...BARE, ...LOW, ...INNER },
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
    colAligns: ["left", ...matrix.columns.map(() => "right" as const)],
    head: ["\nsuite", ...matrix.columns.map(columnTitle)].map((title) => paint("bold", title)),
  });
  for (const { suite, cells } of matrix.rows)
    table.push([suite, ...cells.map((cell) => cellText(cell, paint))]);
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd());
}

function blockLines(matrix: Matrix, paint: Paint): string[] {
  return matrix.rows.flatMap(({ suite, cells }) => [
    paint("bold", suite),
    ...matrix.columns.flatMap((column, index) => {
      const cell = cells[index];
      if (cell === undefined || cell.total + cell.skipped === 0) return [];
      return [`  ${columnTitle(column).replace("\n", " ").padEnd(14)} ${cellText(cell, paint)}`];
    }),
  ]);
}

function cellText(cell: Cell, paint: Paint): string {
  if (cell.total === 0) return paint("dim", cell.skipped > 0 ? `${cell.skipped} skipped` : "-");
  const text = `${cell.pass}/${cell.total}`;
  return cell.pass === cell.total ? paint("green", text) : paint("red", `${text} ✗`);
}

function visibleLength(line: string): number {
  return stripVTControlCharacters(line).length;
}

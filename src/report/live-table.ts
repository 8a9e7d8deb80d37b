import type { CaseResult } from "../conformance/types.ts";
import { printable, type Paint } from "./style.ts";

/** What is said of a row under its model. */
type Part = "runs" | "95 %" | "pass^k" | "verdict";

/** From the widest; in a terminal too narrow for the last there is no table. */
const LAYOUTS: readonly { parts: readonly Part[]; gap: string }[] = [
  { parts: ["runs", "95 %", "pass^k", "verdict"], gap: "  " },
  { parts: ["runs", "pass^k", "verdict"], gap: " " },
];
const BETWEEN = "  ";

interface Row {
  suite: string;
  label: string;
  /** By model; null: it has no such row. */
  results: readonly (CaseResult | null)[];
}

/** A row per live case under its suite, a column per model; null where the terminal is too narrow for it. */
export function liveTable(
  cases: readonly CaseResult[],
  models: readonly string[],
  width: number,
  paint: Paint,
): string[] | null {
  const rows = rowsOf(cases, models);
  const labels = padded(["", "case", ...rows.map(({ label }) => `  ${label}`)]);
  for (const { parts, gap } of LAYOUTS) {
    const columns = models.map((model, index) =>
      columnOf(
        model,
        rows.map(({ results }) => results[index] ?? null),
        parts,
        gap,
      ),
    );
    const texts = labels.map((label, at) => [label, ...columns.map((column) => column[at] ?? "")]);
    if (texts.every((cells) => cells.join(BETWEEN).trimEnd().length <= width))
      return linesOf(rows, texts, paint);
  }
  return null;
}

/** In the order of the cases, those of a suite together; what no model has run is not among them. */
function rowsOf(cases: readonly CaseResult[], models: readonly string[]): Row[] {
  const ofModels = cases.filter(({ model }) => models.includes(model));
  const groups = Map.groupBy(ofModels, ({ suite, id, kind }) => JSON.stringify([suite, id, kind]));
  const rows = [...groups.values()].flatMap((results): Row[] => {
    const first = results.find(({ rate }) => rate !== null);
    if (first === undefined) return [];
    const { suite, id } = first;
    const label = id.startsWith(`${suite}.`) ? id.slice(suite.length + 1) : id;
    return [
      { suite, label, results: models.map((name) => results.find(({ model }) => model === name) ?? null) },
    ];
  });
  return [...Map.groupBy(rows, ({ suite }) => suite).values()].flat();
}

/** One model's texts, as wide as each other: its name, the titles, a text per row. */
function columnOf(
  model: string,
  results: readonly (CaseResult | null)[],
  parts: readonly Part[],
  gap: string,
): string[] {
  const k = results.find((result) => result?.rate != null)?.rate?.passK.k ?? "k";
  const grid = [
    parts.map((part) => (part === "pass^k" ? `pass^${k}` : part)),
    ...results.map((result) => parts.map((part) => textOf(result, part))),
  ];
  const byPart = parts.map((part, at) =>
    padded(
      grid.map((texts) => texts[at] ?? ""),
      part !== "verdict",
    ),
  );
  return padded([printable(model), ...grid.map((_, row) => byPart.map((texts) => texts[row]).join(gap))]);
}

function textOf(result: CaseResult | null, part: Part): string {
  if (result?.rate == null) {
    if (part !== "verdict") return "";
    return result?.verdict === "skip" ? "skipped" : "-";
  }
  const { rate, verdict, blame } = result;
  if (part === "runs") return `${rate.passed}/${rate.n}`;
  if (part === "95 %" && rate.n === 0) return "";
  if (part === "95 %") return `${Math.round(rate.low * 100)}–${Math.round(rate.high * 100)} %`;
  if (part === "pass^k") return rate.passK.value?.toFixed(2) ?? "";
  return verdict === "fail" && blame !== null ? `fail: ${blame}` : verdict;
}

function padded(texts: readonly string[], right = false): string[] {
  const width = Math.max(...texts.map(({ length }) => length));
  return texts.map((text) => (right ? text.padStart(width) : text.padEnd(width)));
}

function linesOf(rows: readonly Row[], texts: readonly (readonly string[])[], paint: Paint): string[] {
  const heads = texts.slice(0, 2).map((cells) => paint("bold", cells.join(BETWEEN).trimEnd()));
  const body = rows.flatMap(({ suite, results }, index) => {
    const [label = "", ...cells] = texts[index + 2] ?? [];
    const painted = cells.map((cell, at) => {
      const shown = at === cells.length - 1 ? cell.trimEnd() : cell;
      return paint(colourOf(results[at] ?? null), shown);
    });
    const line = [label, ...painted].join(BETWEEN);
    return suite === rows[index - 1]?.suite ? [line] : [suite, line];
  });
  return [...heads, ...body];
}

function colourOf(result: CaseResult | null): "dim" | "green" | "yellow" {
  if (result?.rate == null) return "dim";
  return result.verdict === "pass" || result.verdict === "degraded" ? "green" : "yellow";
}

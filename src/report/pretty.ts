import { isAbsolute, relative } from "node:path";
import { headline, isOfModel } from "../conformance/tally.ts";
import type { CaseResult, Level, RunReport, Tally } from "../conformance/types.ts";
import { commonFindings } from "./common.ts";
import { commonLines, failureLines, type CaseIndex, type FailureOptions } from "./failures.ts";
import { judgedModels, liveLines, readinessLines } from "./live.ts";
import { matrixOf } from "./matrix.ts";
import { matrixLines } from "./matrix-table.ts";
import { reasonLines } from "./reasons.ts";
import { painter, printable, wrap, type Format, type Paint } from "./style.ts";

export interface PrettyOptions {
  color: boolean;
  /** Columns of the terminal. */
  width: number;
  /** Titles and sources of the cases. */
  cases: CaseIndex;
}

/** The report for people: what was tested, the matrix, each failure with its evidence, two numbers. */
export async function renderPretty(report: RunReport, options: PrettyOptions): Promise<string> {
  const width = Math.max(30, options.width);
  const paint = painter(options.color);
  const failed = report.cases.filter(({ verdict }) => verdict === "fail" || verdict === "harness-error");
  const shown = { width, paint, cases: options.cases, common: commonFindings(failed) };
  const judged = judgedModels(report).map(({ name }) => name);
  const several = judged.length > 1 ? judged : [];
  const ofBridge = report.cases.filter(isOfBridge);
  const lines = [
    ...headerLines(report, width),
    "",
    ...(ofBridge.length === 0 ? [] : [...(await matrixLines(matrixOf(ofBridge), width, paint)), ""]),
    ...commonLines(shown),
    ...failureBlocks(failed, shown),
    ...reasonLines(report.cases, "degraded", width, several),
    ...reasonLines(report.cases, "skip", width, several),
    ...liveLines(report, width, paint),
    ...headlineLines(report, width, paint),
  ];
  return `${lines.join("\n")}\n`;
}

/** Cases with nothing of their own stand together, before those that have more to say. */
function failureBlocks(failed: readonly CaseResult[], shown: FailureOptions): string[] {
  const blocks = failed.map((result) => failureLines(result, shown));
  const short = blocks.filter((lines) => lines.at(-1) !== "");
  const long = blocks.filter((lines) => lines.at(-1) === "");
  return [...short.flat(), ...(short.length === 0 ? [] : [""]), ...long.flat()];
}

/** What a live model has a part in is told apart: the two are never summed. */
function isOfBridge({ kind }: CaseResult): boolean {
  return kind !== "any" && kind !== "capable";
}

/** The report as `--format json` prints it. */
export function renderJson(report: RunReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

function headerLines(report: RunReport, width: number): string[] {
  const { target, backend, client, models } = report;
  const rows: [string, string][] = [
    ["target", `${target.name}${target.version === "unknown" ? "" : ` ${target.version}`} (${target.url})`],
    ["backend", backend.description],
    ["model", models.map(({ name }) => name).join(", ")],
    [
      "client",
      client === null ? "no Claude Code found" : `Claude Code ${client.version} (${near(client.path)})`,
    ],
  ];
  return rows.flatMap(([name, value]) =>
    wrap(printable(value), width - 9).map((line, index) => `${(index === 0 ? name : "").padEnd(9)}${line}`),
  );
}

/** A path below the current folder is shown from there: a shared report names nobody's home. */
function near(path: string): string {
  const below = relative(process.cwd(), path);
  return below.startsWith("..") || isAbsolute(below) ? path : below;
}

function headlineLines(report: RunReport, width: number, paint: Paint): string[] {
  const { bridge } = report.headline;
  const told = [
    [`bridge conformance: ${tallies(bridge) || "no cases of the bridge in this run"}`, true] as const,
    ...capabilities(report).map((text) => [text, false] as const),
  ];
  return [
    ...told.flatMap(([text, ofBridge]) =>
      wrap(text, width).map((line) => paint(colourOf(report, ofBridge), line)),
    ),
    ...readinessLines(report, width, paint),
    ...(report.incomplete ? [paint(["bold", "red"], "incomplete: not every case ran to its end")] : []),
  ];
}

/** Red is what ended the run badly: the model alone, where all of the bridge passed. */
function colourOf({ exitCode, headline: { bridge, model } }: RunReport, ofBridge: boolean): Format {
  const [bridgeShort, modelShort] = [bridge, model].map(({ must, should, may }) =>
    [must, should, may].some(({ pass, total }) => pass < total),
  );
  const byModel = (exitCode === 1 || exitCode === 6) && bridgeShort === false && modelShort === true;
  if (!ofBridge) return byModel ? ["bold", "red"] : "bold";
  return exitCode === 0 || byModel ? ["bold", "green"] : ["bold", "red"];
}

/** A number for each model, for the sum of two says nothing of either. */
function capabilities({ cases, headline: { model } }: RunReport): string[] {
  const judged = cases.filter(isOfModel);
  const names = [...new Set(judged.map((row) => row.model))];
  if (names.length < 2)
    return [`model capability: ${tallies(model, openIn(judged)) || "no live cases in this run"}`];
  return names.map((name) => {
    const rows = judged.filter((row) => row.model === name);
    const told = tallies(headline(rows).model, openIn(rows)) || "no case was tried";
    return `model capability, ${printable(name)}: ${told}`;
  });
}

/** Rows that the runs have not decided: neither passed nor failed. */
function openIn(rows: readonly CaseResult[]): (level: Level) => number {
  const open = rows.filter(({ verdict }) => verdict === "inconclusive");
  return (level) => open.filter((result) => result.level === level).length;
}

function tallies(numbers: RunReport["headline"]["bridge"], openAt?: (level: Level) => number): string {
  const parts: [Level, Tally][] = [
    ["MUST", numbers.must],
    ["SHOULD", numbers.should],
    ["MAY", numbers.may],
  ];
  return parts
    .filter(([, { total }]) => total > 0)
    .map(([level, { pass, total }]) => {
      const open = openAt?.(level) ?? 0;
      return `${level} ${pass}/${total}${open === 0 ? "" : ` (${open} inconclusive)`}`;
    })
    .join("  ");
}

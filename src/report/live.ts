import type { CaseResult, RunReport } from "../conformance/types.ts";
import { liveTable } from "./live-table.ts";
import { reasonLines } from "./reasons.ts";
import { printable, wrap, type Paint } from "./style.ts";

type Model = RunReport["models"][number];

/** The models that are judged by rates. */
export function judgedModels({ models, cases }: RunReport): Model[] {
  return models.filter(({ name, profile }) => profile !== undefined || rowsOf(cases, name).length > 0);
}

/**
 * What was found out about each live model, and how often it passed: a line per case; of several models a table
 * with a column each, where the terminal is wide enough for it.
 */
export function liveLines(report: RunReport, width: number, paint: Paint): string[] {
  const models = judgedModels(report);
  const names = models.map(({ name }) => name);
  const table = models.length > 1 ? liveTable(report.cases, names, width, paint) : null;
  const sections = models.flatMap(({ name, profile, readiness }) => [
    paint("bold", printable(name)),
    ...(readiness === undefined ? [] : readinessLines(readiness, width, paint)),
    ...(profile === undefined ? [] : profileLines(profile, width)),
    ...(table === null ? rowsOf(report.cases, name).flatMap((row) => rowLines(row, width, paint)) : []),
    "",
  ]);
  if (table === null) return sections;
  const open = report.cases.filter(({ rate }) => rate !== null);
  return [...sections, ...table, "", ...reasonLines(open, "inconclusive", width, names)];
}

function rowsOf(cases: readonly CaseResult[], name: string): CaseResult[] {
  return cases.filter(({ rate, model }) => rate !== null && model === name);
}

/** What people want to know first. */
function readinessLines(
  { line, verdict }: NonNullable<Model["readiness"]>,
  width: number,
  paint: Paint,
): string[] {
  const colour = verdict === "ready" ? "green" : "yellow";
  return wrap(printable(line), width, "  ").map((text) => paint(colour, text));
}

type Profile = NonNullable<Model["profile"]>;

function profileLines(profile: Profile, width: number): string[] {
  const { engine, digest, quantisation, size, template, mode, context, capabilities, host } = profile;
  const made = [size, quantisation, digest === null ? null : `digest ${digest.slice(0, 12)}`];
  const run = [
    `${engine.name}${engine.version === null ? "" : ` ${engine.version}`}`,
    mode === null ? null : `run by ${mode}`,
    template === null ? null : `template ${template.slice(0, 12)}`,
  ];
  const facts = [
    ...[made, run].map(present).filter((text) => text !== ""),
    `context ${context.used ?? "unknown"} tokens; Claude Code's first request needs about ${context.needed}`,
    ...Object.entries(capabilities).map(([what, { has, from }]) => `${what}: ${yes(has)} (${from})`),
    `${host.system}, ${host.cores} cores, ${Math.round(host.memory / 2 ** 30)} GiB${host.remote ? "; the model is elsewhere" : ""}`,
  ];
  return facts.flatMap((fact) => wrap(printable(fact), width, "  "));
}

function present(parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null).join(", ");
}

function yes(has: boolean | null): string {
  if (has === null) return "unknown";
  return has ? "yes" : "no";
}

/** `tools.choice.any  17/20 passed, 62–97 %, pass^3 0.60: pass`, and whose fault it is. */
function rowLines({ id, rate, verdict, blame, reason }: CaseResult, width: number, paint: Paint): string[] {
  if (rate === null) return [];
  const { passed, n, low, high, passK } = rate;
  const k = passK.value === null ? "" : `, pass^${passK.k} ${passK.value.toFixed(2)}`;
  const fault = blame === null ? "" : `, blame: ${blame}`;
  const text = `${id}  ${passed}/${n} passed, ${Math.round(low * 100)}–${Math.round(high * 100)} %${k}: ${verdict}${fault}`;
  const why = verdict === "inconclusive" && reason !== null ? wrap(printable(reason), width, "    ") : [];
  const good = verdict === "pass" || verdict === "degraded";
  return [...wrap(text, width, "  ").map((line) => paint(good ? "green" : "yellow", line)), ...why];
}

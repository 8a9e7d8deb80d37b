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
 * What was found out about each live model, and how often it passed: a table with a column per model; where the
 * terminal is too narrow for it, a line per case under each model. What is open stands below, by its reason.
 */
export function liveLines(report: RunReport, width: number, paint: Paint): string[] {
  const models = judgedModels(report);
  const names = models.map(({ name }) => name);
  const rows = report.cases.filter(({ rate }) => rate !== null);
  const table = liveTable(report.cases, names, width, paint);
  const sections = models.flatMap(({ name, profile }) => [
    paint("bold", printable(name)),
    ...(profile === undefined ? [] : profileLines(profile, width)),
    ...(table === null ? rowsOf(report.cases, name).flatMap((row) => rowLines(row, width, paint)) : []),
    "",
  ]);
  return [
    ...sections,
    ...(table === null || rows.length === 0 ? [] : [...table, ""]),
    ...reasonLines(rows, "inconclusive", width, models.length > 1 ? names : []),
  ];
}

/** What people want to know of each model: a line that says what it is good for. */
export function readinessLines(report: RunReport, width: number, paint: Paint): string[] {
  return judgedModels(report).flatMap(({ readiness }) => {
    if (readiness === undefined) return [];
    const colour = readiness.verdict === "ready" ? "green" : "yellow";
    return wrap(printable(readiness.line), width).map((text) => paint(["bold", colour], text));
  });
}

function rowsOf(cases: readonly CaseResult[], name: string): CaseResult[] {
  return cases.filter(({ rate, model }) => rate !== null && model === name);
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
function rowLines({ id, rate, verdict, blame }: CaseResult, width: number, paint: Paint): string[] {
  if (rate === null) return [];
  const { passed, n, low, high, passK } = rate;
  const k = passK.value === null ? "" : `, pass^${passK.k} ${passK.value.toFixed(2)}`;
  const fault = blame === null ? "" : `, blame: ${blame}`;
  const interval = n === 0 ? "" : `, ${Math.round(low * 100)}–${Math.round(high * 100)} %`;
  const text = `${id}  ${passed}/${n} passed${interval}${k}: ${verdict}${fault}`;
  const good = verdict === "pass" || verdict === "degraded";
  return wrap(text, width, "  ").map((line) => paint(good ? "green" : "yellow", line));
}

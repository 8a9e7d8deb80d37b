import type { CaseResult, RunReport } from "../conformance/types.ts";
import { printable, wrap, type Paint } from "./style.ts";

/** What was found out about each live model, and how often it passed: a line per case. */
export function liveLines(report: RunReport, width: number, paint: Paint): string[] {
  return report.models.flatMap(({ name, profile }) => {
    const rows = report.cases.filter(({ rate, model }) => rate !== null && model === name);
    if (rows.length === 0 && profile === undefined) return [];
    return [
      paint("bold", printable(name)),
      ...(profile === undefined ? [] : profileLines(profile, width)),
      ...rows.flatMap((row) => rowLines(row, width, paint)),
      "",
    ];
  });
}

type Profile = NonNullable<RunReport["models"][number]["profile"]>;

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

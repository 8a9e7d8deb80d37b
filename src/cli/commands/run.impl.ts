import { availableParallelism } from "node:os";
import { refuseWhenInterrupted } from "../../backends/backend-error.ts";
import type { Backend } from "../../backends/find-backend.ts";
import type { SuiteFile } from "../../conformance/case.ts";
import type { OpenedEngine } from "../../conformance/engine/open-engine.ts";
import { loadSuites } from "../../conformance/load.ts";
import type { LiveModel, OnProgress, SuiteOptions } from "../../conformance/options.ts";
import { chosenCases } from "../../conformance/select.ts";
import { runSuite } from "../../conformance/run-suite.ts";
import type { RunReport } from "../../conformance/types.ts";
import { locateClaude } from "../../launch/find-claude.ts";
import type { CaseIndex } from "../../report/failures.ts";
import { renderJson, renderPretty } from "../../report/pretty.ts";
import type { Out } from "../../report/write-out.ts";
import { usageError, type ExitCode } from "../exit.ts";
import { packageVersion } from "../package-version.ts";
import { hasColor, widthOf } from "../terminal.ts";
import { openBackends } from "./run.backend.ts";
import { createProgress, isProgressShown } from "./run.progress.ts";
import { trialsOf } from "./run.trials.ts";
import type { RunArguments } from "./run.ts";

/** Runs the suites: progress on stderr, the report and nothing else on stdout. Gives the exit code. */
export async function runCommand(argv: RunArguments): Promise<ExitCode> {
  const target = targetOf(argv);
  const trials = trialsOf(argv);
  const interrupt = new AbortController();
  const onInterrupt = (): void => interrupt.abort();
  // Not `once`: a library that finds no listener but its own ends the process before it is cleaned up.
  process.on("SIGINT", onInterrupt);
  process.on("SIGTERM", onInterrupt);
  let backends: readonly Backend[] = [];
  let opened: OpenedEngine | undefined;
  let out: Out | undefined;
  try {
    const loaded = await loadSuites(undefined, selectionOf(argv));
    // Before a model is looked for, and perhaps downloaded.
    chosenCases(loaded, selectionOf(argv));
    locateClaude(argv["claude-binary"]);
    out = await outOf(argv);
    backends = await openBackends(argv, { signal: interrupt.signal, stderr: process.stderr });
    const engine = backends.find(isScriptedElsewhere);
    opened = engine === undefined ? undefined : await engineOf(engine, loaded);
    const judged = backends.filter((backend) => backend !== engine);
    const report = await runSuite(
      {
        ...selectionOf(argv),
        ...target,
        ...(opened !== undefined && { engine: opened.engine }),
        ...(await liveOf(argv, judged, interrupt.signal)),
        ...trials,
        ...(out !== undefined && { keepEvidence: out.evidence }),
        loaded,
        threads: availableParallelism() > 1 ? 2 : 1,
        version: packageVersion(),
        signal: interrupt.signal,
      },
      keeping(out, createProgress(process.stderr, argv.progress)),
    );
    await print(report, argv, loaded, out);
    return report.exitCode as ExitCode;
  } finally {
    await opened?.close();
    await keepLogs(out, backends);
    for (const backend of backends.toReversed()) await backend.close();
    process.off("SIGINT", onInterrupt);
    process.off("SIGTERM", onInterrupt);
  }
}

/** The scripted model on a server that is not the embedded one: it speaks there through a real engine. */
function isScriptedElsewhere({ model, kind }: Backend): boolean {
  return model === "scripted" && kind !== "scripted";
}

async function engineOf(backend: Backend, loaded: readonly SuiteFile[]): Promise<OpenedEngine> {
  const { openEngine } = await import("../../conformance/engine/open-engine.ts");
  return openEngine(backend, loaded);
}

/** @throws CliError exit 2 before anything is run */
async function outOf({ out }: RunArguments): Promise<Out | undefined> {
  if (out === undefined) return undefined;
  const { openOut } = await import("../../report/write-out.ts");
  return openOut(out).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw usageError(`--out needs a folder that can be written: ${why}`);
  });
}

function keeping(out: Out | undefined, show: OnProgress): OnProgress {
  return (progress) => {
    if (progress.kind === "attempt") out?.attempt(progress.attempt);
    show(progress);
  };
}

/** Models that share a server share its log. */
async function keepLogs(out: Out | undefined, backends: readonly Backend[]): Promise<void> {
  const logs = [...new Set(backends.flatMap(({ log }) => log ?? []))].map((log) => log());
  if (logs.length > 0) await out?.log(logs.join("\n"));
}

function selectionOf(argv: RunArguments): Pick<SuiteOptions, "suites" | "cases" | "failOn" | "claudeBinary"> {
  const binary = argv["claude-binary"];
  return {
    failOn: argv["fail-on"],
    ...(argv.suite === undefined ? {} : { suites: argv.suite }),
    ...(argv.case === undefined ? {} : { cases: argv.case }),
    ...(binary === undefined ? {} : { claudeBinary: binary }),
  };
}

function targetOf(argv: RunArguments): Pick<SuiteOptions, "target"> {
  const port = argv["target-upstream-port"];
  if (argv.target === undefined) {
    if (port !== undefined) throw usageError("--target-upstream-port needs --target URL");
    return {};
  }
  const url = URL.parse(argv.target);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw usageError(`--target must be an http or https URL, not "${argv.target}"`);
  if (port !== undefined && (!Number.isInteger(port) || port < 1 || port > 65_535))
    throw usageError("--target-upstream-port must be a port number");
  const upstream = argv.provider ?? "openai";
  if (upstream === "anthropic" && port !== undefined)
    throw usageError("--target-upstream-port takes --provider ollama or openai: what the target asks there");
  return {
    target: {
      url: argv.target,
      upstream: upstream === "anthropic" ? "openai" : upstream,
      ...(port === undefined ? {} : { upstreamPort: port }),
    },
  };
}

async function liveOf(
  argv: RunArguments,
  backends: readonly Backend[],
  signal: AbortSignal,
): Promise<Pick<SuiteOptions, "model" | "live">> {
  if (argv.target !== undefined && argv.model?.[0] !== undefined) return { model: argv.model[0] };
  if (backends.length === 0) return {};
  const { profileModel } = await import("../../backends/profile/profile-model.ts");
  const key = argv["api-key"] === undefined ? {} : { apiKey: argv["api-key"] };
  const live: LiveModel[] = [];
  // The first is judged first, and so it is loaded last.
  for (const { model: name, kind, provider, baseUrl, description } of backends.toReversed()) {
    if (isProgressShown(process.stderr, argv.progress))
      process.stderr.write(`${name}: finding out what it can do, and warming it up\n`);
    const profile = await profileModel({ provider, baseUrl, signal, ...key }, name).catch(
      (error: unknown) => {
        refuseWhenInterrupted(signal);
        throw error;
      },
    );
    live.unshift({ name, kind, provider, baseUrl, description, profile, ...key });
  }
  return { live };
}

async function print(
  report: RunReport,
  argv: RunArguments,
  loaded: readonly SuiteFile[],
  out: Out | undefined,
): Promise<void> {
  const cases: CaseIndex = new Map(
    loaded.flatMap((suite) => suite.cases.map(({ id, title, spec }) => [id, { title, spec }])),
  );
  const width = widthOf(process.stdout);
  await out?.report(report, cases);
  process.stdout.write(
    argv.format === "json"
      ? renderJson(report)
      : await renderPretty(report, { color: hasColor(process.stdout), width, cases }),
  );
}

import { availableParallelism } from "node:os";
import type { Backend } from "../../backends/find-backend.ts";
import type { SuiteFile } from "../../conformance/case.ts";
import type { OpenedEngine } from "../../conformance/engine/open-engine.ts";
import { loadSuites } from "../../conformance/load.ts";
import type { SuiteOptions } from "../../conformance/options.ts";
import { runSuite } from "../../conformance/run-suite.ts";
import type { RunReport } from "../../conformance/types.ts";
import type { CaseIndex } from "../../report/failures.ts";
import { renderJson, renderPretty } from "../../report/pretty.ts";
import { usageError, type ExitCode } from "../exit.ts";
import { packageVersion } from "../package-version.ts";
import { hasColor, widthOf } from "../terminal.ts";
import { openBackend } from "./run.backend.ts";
import { createProgress } from "./run.progress.ts";
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
  let backend: Backend | undefined;
  let opened: OpenedEngine | undefined;
  try {
    const loaded = await loadSuites(undefined, selectionOf(argv));
    backend = await openBackend(argv, { signal: interrupt.signal, stderr: process.stderr });
    opened = await engineOf(argv, backend, loaded);
    const report = await runSuite(
      {
        ...selectionOf(argv),
        ...target,
        ...(opened === undefined ? await liveOf(argv, backend, interrupt.signal) : { engine: opened.engine }),
        ...trials,
        loaded,
        threads: availableParallelism() > 1 ? 2 : 1,
        version: packageVersion(),
        signal: interrupt.signal,
      },
      createProgress(process.stderr),
    );
    await print(report, argv, loaded);
    return report.exitCode as ExitCode;
  } finally {
    await opened?.close();
    await backend?.close();
    process.off("SIGINT", onInterrupt);
    process.off("SIGTERM", onInterrupt);
  }
}

/** The scripted model on a server that is not the embedded one: it speaks there through a real engine. */
async function engineOf(
  { model }: RunArguments,
  backend: Backend | undefined,
  loaded: readonly SuiteFile[],
): Promise<OpenedEngine | undefined> {
  if (model !== "scripted" || backend === undefined || backend.kind === "scripted") return undefined;
  const { openEngine } = await import("../../conformance/engine/open-engine.ts");
  return openEngine(backend, loaded);
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
  return {
    target: {
      url: argv.target,
      upstream: argv.provider ?? "openai",
      ...(port === undefined ? {} : { upstreamPort: port }),
    },
  };
}

async function liveOf(
  argv: RunArguments,
  backend: Backend | undefined,
  signal: AbortSignal,
): Promise<Pick<SuiteOptions, "model" | "live">> {
  const model = argv.model === undefined ? {} : { model: argv.model };
  if (backend === undefined) return model;
  const { model: name, kind, provider, baseUrl, description } = backend;
  const key = argv["api-key"] === undefined ? {} : { apiKey: argv["api-key"] };
  process.stderr.write(`${name}: finding out what it can do, and warming it up\n`);
  const { profileModel } = await import("../../backends/profile/profile-model.ts");
  const profile = await profileModel({ provider, baseUrl, signal, ...key }, name);
  return { ...model, live: [{ name, kind, provider, baseUrl, description, profile, ...key }] };
}

async function print(report: RunReport, argv: RunArguments, loaded: readonly SuiteFile[]): Promise<void> {
  const cases: CaseIndex = new Map(
    loaded.flatMap((suite) => suite.cases.map(({ id, title, spec }) => [id, { title, spec }])),
  );
  const width = widthOf(process.stdout);
  if (argv.out !== undefined) {
    const { writeOut } = await import("../../report/write-out.ts");
    await writeOut(report, argv.out, cases);
  }
  process.stdout.write(
    argv.format === "json"
      ? renderJson(report)
      : await renderPretty(report, { color: hasColor(process.stdout), width, cases }),
  );
}

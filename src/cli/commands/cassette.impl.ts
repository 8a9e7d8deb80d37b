import { diffCassettes } from "../../cassette/diff-cassettes.ts";
import { jsonLines } from "../../cassette/jsonl.ts";
import { readCassette } from "../../cassette/read.ts";
import { scanCassette } from "../../cassette/scan.ts";
import type { Cassette, RecordedResponse } from "../../cassette/types.ts";
import { writeCassette } from "../../cassette/write.ts";
import { acceptReruns } from "../../replay/accept.ts";
import { describeFinding } from "../../replay/describe.ts";
import { verifyCassette } from "../../replay/verify.ts";
import { cassetteNames, findCassette } from "../cassettes.ts";
import { CliError, usageError, type ExitCode } from "../exit.ts";
import type { CassetteAction, CassetteArguments } from "./cassette.ts";

type Action = (argv: CassetteArguments) => Promise<ExitCode>;

const ACTIONS: Record<CassetteAction, Action> = { list, show, diff, scan, refresh, accept, migrate };

export function cassetteCommand(argv: CassetteArguments): Promise<ExitCode> {
  return ACTIONS[argv.action](argv);
}

async function list(argv: CassetteArguments): Promise<ExitCode> {
  for (const name of cassetteNames(argv.dir)) {
    const { manifest } = await open(name, argv);
    const { bridge, exchanges, recordedAt, redaction, upstream } = manifest;
    say(
      `${name}  ${exchanges.length} exchanges  ${bridge.provider}  ${upstream.description}  ${redaction.profile}  ${recordedAt.slice(0, 10)}`,
    );
  }
  return 0;
}

async function show(argv: CassetteArguments): Promise<ExitCode> {
  const cassette = await open(only(argv), argv);
  const { manifest } = cassette;
  if (argv.format === "jsonl") {
    jsonLines(cassette).forEach(say);
    return 0;
  }
  say(`${manifest.title}: ${manifest.client.command.join(" ")}`);
  say(
    `Claude Code ${manifest.client.version ?? "of unknown version"}, ${manifest.bridge.provider}, model ${manifest.bridge.model ?? "any"}, ${manifest.upstream.description}`,
  );
  for (const { id, clientRequest, upstream, web, bridgeResponse, pairing } of cassette.exchanges) {
    say(
      `${id}  ${clientRequest.method} ${clientRequest.path}  ${clientRequest.body.length} bytes  paired by ${pairing}`,
    );
    for (const { bridgeRequest, upstreamResponse } of upstream)
      say(
        `      ${bridgeRequest.method} ${bridgeRequest.path}  ${bridgeRequest.body.length} bytes  ->  ${shape(upstreamResponse)}`,
      );
    for (const { origin, request, response, fault } of web)
      say(
        `      ${request.method} ${origin ?? "search service "}${request.path}  ->  ${fault ?? shape(response)}`,
      );
    say(`      ->  ${shape(bridgeResponse)}`);
  }
  return 0;
}

function shape({ status, body, cuts, end }: RecordedResponse): string {
  return `${status ?? "no status"}  ${body.length} bytes in ${body.length === 0 ? 0 : cuts.length + 1} chunks  ${end}`;
}

async function diff(argv: CassetteArguments): Promise<ExitCode> {
  const [before, after] = argv.names;
  if (before === undefined || after === undefined || argv.names.length > 2)
    throw usageError("cassette diff takes two names");
  const lines = diffCassettes(await open(before, argv), await open(after, argv));
  for (const line of lines) say(line);
  return lines.length === 0 ? 0 : 1;
}

async function scan(argv: CassetteArguments): Promise<ExitCode> {
  let found = 0;
  for (const name of some(argv)) {
    for (const { kind, form, body } of scanCassette(await open(name, argv))) {
      found++;
      say(`${name}: ${kind} in ${form} of ${body < 0 ? "the manifest" : `body ${body}`}`);
    }
  }
  if (found === 0) say("no secrets found");
  return found === 0 ? 0 : 1;
}

async function accept(argv: CassetteArguments): Promise<ExitCode> {
  const name = only(argv);
  const cassette = await open(name, argv);
  const report = await verifyCassette(cassette);
  for (const finding of report.findings) say(describeFinding(finding));
  if (report.findings.length === 0) {
    say(`${name}: nothing has changed`);
    return 0;
  }
  if (report.findings.some(({ kind }) => kind === "count"))
    throw new CliError(
      "replay-count",
      4,
      `${name} asks the upstream or the web more or less often than recorded, and nobody knows what would have come: record it anew`,
    );
  replace(name, argv, acceptReruns(cassette, report));
  say(`${name}: accepted`);
  return 0;
}

/** Asks the model again what the recorded client asked, and keeps its new answers. */
async function refresh(argv: CassetteArguments): Promise<ExitCode> {
  const name = only(argv);
  const { refreshCassette } = await import("./cassette.refresh.ts");
  const cassette = await open(name, argv);
  const refreshed = await refreshCassette(cassette, argv);
  replace(name, argv, refreshed);
  for (const line of diffCassettes(cassette, refreshed)) say(line);
  say(`${name}: refreshed`);
  return 0;
}

/** Reading migrates; writing keeps it. */
async function migrate(argv: CassetteArguments): Promise<ExitCode> {
  for (const name of some(argv)) {
    const cassette = await open(name, argv);
    replace(name, argv, cassette);
    say(`${name}: ${cassette.manifest.format}`);
  }
  return 0;
}

function replace(name: string, argv: CassetteArguments, cassette: Cassette): void {
  writeCassette(findCassette(name, argv.dir), cassette, { replace: true });
}

function open(name: string, argv: CassetteArguments): Promise<Cassette> {
  return readCassette(findCassette(name, argv.dir));
}

function only(argv: CassetteArguments): string {
  const [name] = argv.names;
  if (name === undefined || argv.names.length > 1) throw usageError(`cassette ${argv.action} takes one name`);
  return name;
}

function some(argv: CassetteArguments): string[] {
  const names = argv.names.length > 0 ? argv.names : cassetteNames(argv.dir);
  if (names.length === 0) throw usageError("there is no cassette here: name one, or its folder with --dir");
  return names;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

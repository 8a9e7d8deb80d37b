import { readCassette } from "../../cassette/read.ts";
import { Redactor } from "../../cassette/redact.ts";
import type { Cassette } from "../../cassette/types.ts";
import { cleanEnvironment } from "../../launch/environment.ts";
import { machineNames } from "../../replay/machine.ts";
import { startStage } from "../../replay/stage.ts";
import { parsePace } from "../../replay/pace.ts";
import { driftLines, failuresOf, fidelityLine } from "../../replay/verdict.ts";
import { findCassette } from "../cassettes.ts";
import { clientCommand, runClient, type ClientCommand } from "../client-command.ts";
import { usageError, type ExitCode } from "../exit.ts";
import { interrupted } from "../interrupted.ts";
import type { ReplayArguments } from "./replay.ts";

const TOKEN = "replay";

/** Nobody listens there: a replay reaches nothing but the player. */
const NO_PROXY = "http://127.0.0.1:9";

/**
 * Plays a cassette to the client behind `--`, or to whoever comes until interrupted. What it came to is
 * on stderr, since stdout is the client's. A good exit code of the client excuses nothing.
 */
export async function replayCommand(argv: ReplayArguments): Promise<ExitCode> {
  const pace = parsePace(argv.pace);
  if (pace === undefined)
    throw usageError(`--pace is recorded, gap:5ms, asap or scale:X, not "${argv.pace}"`);
  const command = await clientCommand(argv["--"], argv["claude-binary"]);
  const cassette = await readCassette(findCassette(argv.name, argv.dir));
  const stage = await startStage(cassette, { surface: argv.surface, pace, redactor: redactorFor(cassette) });
  let ended: number | null = null;
  try {
    ended = await perform(stage.url, cassette, command);
  } finally {
    await stage.close();
  }
  const report = stage.report();
  const failures = failuresOf(report, argv["fail-on-drift"]);
  const drift = argv["fail-on-drift"] ? [] : driftLines(report);
  const outcome = outcomeProblem(ended, cassette);
  for (const line of [...drift, ...failures, ...outcome, fidelityLine(report)])
    process.stderr.write(`${line}\n`);
  if (failures.length > 0) return 4;
  return outcome.length > 0 ? 1 : 0;
}

/** The client's exit code; null when nobody was started. */
async function perform(
  url: string,
  cassette: Cassette,
  command: ClientCommand | null,
): Promise<number | null> {
  if (command === null) {
    process.stderr.write(`playing on ${url}; Ctrl-C ends it\n`);
    await interrupted();
    return null;
  }
  const model = cassette.manifest.bridge.model ?? "claude";
  // What the client was told when recorded, e.g. of the model's window, makes it ask the same again.
  const defaults = cassette.manifest.client.environment;
  const { env } = cleanEnvironment(process.env, { baseUrl: url, token: TOKEN, model, defaults });
  const { exitCode } = await runClient(command, { ...env, HTTP_PROXY: NO_PROXY, HTTPS_PROXY: NO_PROXY });
  process.stderr.write(`the client ended with exit code ${exitCode}\n`);
  return exitCode;
}

/** All was asked and answered as recorded, and yet the client made something else of it. */
function outcomeProblem(ended: number | null, { manifest }: Cassette): string[] {
  const { exitCode } = manifest.client;
  if (ended === null || ended === exitCode) return [];
  return [`outcome: the client ended with exit code ${ended}, when recorded with ${exitCode}`];
}

function redactorFor({ manifest }: Cassette): Redactor {
  return new Redactor({
    profile: manifest.redaction.profile,
    home: process.env["HOME"],
    cwd: process.cwd(),
    ...machineNames(),
  });
}

import { randomBytes } from "node:crypto";
import { cleanEnvironment } from "../../launch/environment.ts";
import { recordSession } from "../../replay/record.ts";
import { usageError, type ExitCode } from "../exit.ts";
import { cassetteFolder } from "../cassettes.ts";
import { clientCommand, runClient, visibleVariables } from "../client-command.ts";
import { webOptions } from "../bridge/web.ts";
import { packageVersion } from "../package-version.ts";
import { findModel } from "./run.backend.ts";
import type { RecordArguments } from "./record.ts";

/** Records a session and says on stderr what was kept; stdout is the client's. */
export async function recordCommand(argv: RecordArguments): Promise<ExitCode> {
  const folder = cassetteFolder(argv.name, argv.dir);
  const command = await clientCommand(argv["--"], argv["claude-binary"]);
  if (command === null) throw usageError('record needs a session to record: record NAME -- claude -p "…"');
  const apiKey = argv["api-key"];
  const webSearch = argv["web-search"];
  const web = webOptions(
    { webFetch: argv["web-fetch"] ?? false, ...(webSearch !== undefined && { webSearch }) },
    process.env,
  );
  const token = randomBytes(16).toString("hex");
  const backend = await untilInterrupted((signal) => findModel(argv, { signal, stderr: process.stderr }));
  try {
    const { cassette, exitCode } = await recordSession({
      folder,
      title: argv.name,
      redact: argv.redact,
      backend,
      bridge: { repair: argv.repair, strict: argv.strict, set: settingsOf(argv.set ?? []) },
      web,
      ...(apiKey === undefined ? {} : { apiKey }),
      token,
      client: {
        home: process.env["HOME"] ?? "",
        cwd: process.cwd(),
        version: command.version,
        command: ["claude", ...command.args],
        environment: visibleVariables(process.env),
      },
      generator: { name: "bridge-conformance", version: packageVersion() },
      secrets: [token],
      run: (baseUrl) => {
        const { env } = cleanEnvironment(process.env, { baseUrl, token, model: backend.model }, [
          apiKey ?? "",
        ]);
        return runClient(command, env);
      },
    });
    process.stderr.write(
      `recorded ${cassette.exchanges.length} exchanges in ${folder} (client's exit code ${exitCode})\n`,
    );
    return 0;
  } finally {
    await backend.close();
  }
}

/** Ctrl-C takes back what was begun; once the client runs, it is the client's. */
async function untilInterrupted<T>(begin: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interrupt = new AbortController();
  const onInterrupt = (): void => interrupt.abort();
  process.on("SIGINT", onInterrupt).on("SIGTERM", onInterrupt);
  try {
    return await begin(interrupt.signal);
  } finally {
    process.off("SIGINT", onInterrupt).off("SIGTERM", onInterrupt);
  }
}

function settingsOf(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => {
      const [, flag, value] = /^([\w-]+)=(.*)$/.exec(word) ?? [];
      if (flag === undefined || value === undefined)
        throw usageError(`--set takes FLAG=VALUE, not "${word}"`);
      return [flag, value];
    }),
  );
}

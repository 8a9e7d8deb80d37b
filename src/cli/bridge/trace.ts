import { join } from "node:path";
import envPaths from "env-paths";
import type { BridgeSeams } from "../../bridge/bridge.ts";
import type { Bridge } from "../../bridge/options.ts";
import type { ModelFacts } from "../../launch/profile.ts";
import { recordSession } from "../../replay/record.ts";
import { visibleVariables } from "../client-command.ts";
import { errorLine, usageError } from "../exit.ts";
import { packageVersion } from "../package-version.ts";
import type { BridgeArguments } from "./arguments.ts";
import { note } from "./note.ts";
import type { Upstream } from "./providers.ts";
import { webOptions } from "./web.ts";

export interface TracePlan {
  upstream: Upstream;
  model: string;
  token: string;
  args: BridgeArguments;
  claudeArgs: readonly string[];
  claudeVersion: string | null;
  /** Values that no trace may hold. */
  secrets: readonly string[];
  bridgeFor: (baseUrl: string, seams: BridgeSeams) => Bridge;
  /** What was found out about the model before the bridge started. */
  flags: Partial<ModelFacts>;
  /** Runs Claude Code against the base URL. */
  run: (baseUrl: string) => Promise<{ exitCode: number; env: Record<string, string> }>;
}

function traceFolder({ logDir }: BridgeArguments): string {
  return logDir ?? join(envPaths("claude-bridge", { suffix: "" }).log, "traces");
}

/** Before anything is started. @throws CliError exit 2 */
export function refuseTrace(env: NodeJS.ProcessEnv): void {
  if (env["CI"] !== undefined && env["CI"] !== "")
    throw usageError("--trace: CI is set, and nothing is recorded in CI");
}

/**
 * Runs a session and keeps it as a cassette. A session that cannot be kept is told, and ends as it would
 * have without a trace.
 */
export async function traced(plan: TracePlan): Promise<number> {
  const { upstream, model, token, args } = plan;
  const { provider, baseUrl, apiKey } = upstream;
  const dir = traceFolder(args);
  const name = `trace-${new Date().toISOString().replaceAll(/[:.]/g, "-")}`;
  const environment: Record<string, string> = {};
  let exitCode: number | undefined;
  try {
    await recordSession({
      folder: join(dir, name),
      title: name,
      redact: "secrets",
      backend: { kind: "url", description: `${provider} ${model}`, provider, baseUrl, model },
      bridge: {
        repair: args.repair,
        strict: args.strict,
        set: args.set,
        flags: plan.flags,
        ...(args.maxRetries === undefined ? {} : { maxRetries: args.maxRetries }),
        ...(args.maxOutputTokens === undefined ? {} : { maxOutputTokens: args.maxOutputTokens }),
      },
      web: webOptions(args, process.env),
      ...(apiKey === undefined ? {} : { apiKey }),
      token,
      client: {
        home: process.env["HOME"] ?? "",
        cwd: process.cwd(),
        version: plan.claudeVersion,
        command: ["claude", ...plan.claudeArgs],
        environment,
      },
      generator: { name: "claude-bridge", version: packageVersion() },
      secrets: [token, ...plan.secrets].filter((secret) => secret !== ""),
      bridgeFor: plan.bridgeFor,
      run: async (url) => {
        const ended = await plan.run(url);
        exitCode = ended.exitCode;
        Object.assign(environment, visibleVariables(ended.env));
        return ended;
      },
    });
    note(`trace: ${join(dir, name)} (bridge-conformance cassette show ${name} --dir ${dir})`);
  } catch (error) {
    if (exitCode === undefined) throw error;
    note(`no trace: ${errorLine(error)}`);
  }
  return exitCode ?? 0;
}

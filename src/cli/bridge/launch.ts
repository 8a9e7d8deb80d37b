import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { createLogger, SILENT, type Logger } from "../../bridge/log.ts";
import { cleanEnvironment } from "../../launch/environment.ts";
import { ClaudeMissing, locateClaude } from "../../launch/find-claude.ts";
import { launchClaude } from "../../launch/launch-claude.ts";
import { withPermissionMode } from "../../launch/permission-mode.ts";
import { withSettings } from "../../launch/settings.ts";
import type { BridgeArguments } from "./arguments.ts";
import type { Upstream } from "./providers.ts";
import { bridgeFrom } from "./start.ts";
import { SEARCH_KEYS } from "./web.ts";

const LOG_DIR = ".claude-bridge";

function note(line: string): void {
  process.stderr.write(`claude-bridge: ${line}\n`);
}

/** Claude Code has the terminal to itself, so requests are logged to a file. */
async function requestLog(args: BridgeArguments): Promise<Logger> {
  if (!args.debug) return SILENT;
  const stamp = new Date().toISOString().replaceAll(/[:.]/g, "-");
  const file = join(args.logDir ?? LOG_DIR, `bridge-${stamp}.log`);
  note(`requests are logged in ${file}`);
  return createLogger({ level: "debug", file });
}

function binaryOf(args: BridgeArguments): string {
  const binary = locateClaude(args.claudeBinary);
  if (binary !== null) return binary;
  throw new ClaudeMissing(
    "there is no Claude Code on PATH: npm install -g @anthropic-ai/claude-code, or give --claude-binary",
  );
}

/**
 * Starts a bridge and Claude Code against it; ends when Claude Code does.
 * @returns Claude Code's exit code
 */
export async function launch(
  upstream: Upstream,
  model: string,
  claudeArgs: readonly string[],
  args: BridgeArguments,
): Promise<number> {
  const binary = binaryOf(args);
  const token = randomBytes(24).toString("base64url");
  const bridge = bridgeFrom({ upstream, model, args, authToken: token, log: await requestLog(args) });
  const { url } = await bridge.listen();
  const context = Number(args.set["context"]);
  const { env, removed } = cleanEnvironment(
    process.env,
    {
      baseUrl: url,
      token,
      model,
      ...(args.maxOutputTokens === undefined ? {} : { maxOutputTokens: args.maxOutputTokens }),
      ...(Number.isNaN(context) ? {} : { contextWindow: context }),
    },
    [upstream.apiKey ?? "", ...Object.values(SEARCH_KEYS).map((name) => process.env[name] ?? "")],
  );
  if (args.debug) {
    note(`${binary} talks to ${url}, which talks to ${upstream.baseUrl}`);
    note(`removed from its environment: ${removed.join(", ") || "nothing"}`);
  }
  try {
    const words = withSettings(withPermissionMode(claudeArgs, process.env, process.cwd()));
    return (await launchClaude({ binary, args: words, env })).exitCode;
  } finally {
    await bridge.close();
  }
}

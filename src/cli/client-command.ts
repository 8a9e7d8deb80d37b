import { findClaude } from "../launch/find-claude.ts";
import { launchClaude, type LaunchResult } from "../launch/launch-claude.ts";
import { withPermissionMode } from "../launch/permission-mode.ts";
import { CliError } from "./exit.ts";

/** Claude Code with its arguments, as it stood behind `--`. */
export interface ClientCommand {
  binary: string;
  version: string | null;
  args: string[];
}

/**
 * The command behind `--`; null when there is none. Its first word is `claude`, or the path of another one.
 * @throws CliError (exit 3) when there is no such program
 */
export async function clientCommand(
  words: readonly string[] | undefined,
  binary: string | undefined,
): Promise<ClientCommand | null> {
  const [program, ...args] = words ?? [];
  if (program === undefined) return null;
  const found = await findClaude(binary ?? (program === "claude" ? undefined : program));
  if (found === null)
    throw new CliError(
      "claude-missing",
      3,
      "there is no claude on PATH: install it (npm i -g @anthropic-ai/claude-code) or name it with --claude-binary",
    );
  return { binary: found.path, version: found.version, args };
}

/** Runs it in this terminal, without what it sends home: that would change what it asks. */
export function runClient(
  { binary, args }: ClientCommand,
  env: Record<string, string>,
): Promise<LaunchResult> {
  return launchClaude({
    binary,
    args: withPermissionMode(args, env, process.cwd()),
    env: { ...env, CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1" },
  });
}

const TELLING = /^(CLAUDE_CODE_|ENABLE_|DISABLE_|MAX_THINKING)/;
const SECRET = /(KEY|TOKEN(?!S)|SECRET|PASSWORD|CREDENTIAL|AUTH|URL|HOST|PROXY)/;

/** The user's variables that change what the client does, for the manifest. */
export function visibleVariables(env: NodeJS.ProcessEnv): Record<string, string> {
  const shown = Object.entries(env).filter(
    ([name, value]) => value !== undefined && TELLING.test(name) && !SECRET.test(name),
  );
  return Object.fromEntries(shown.map(([name, value]) => [name, value ?? ""]));
}

import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Flags by which a user chooses a permission mode on the command line. */
const CHOICES = ["--permission-mode", "--dangerously-skip-permissions"];

function chosenIn(file: string): boolean {
  try {
    const settings = JSON.parse(readFileSync(file, "utf8")) as { permissions?: { defaultMode?: unknown } };
    const mode = settings.permissions?.defaultMode;
    return typeof mode === "string" && mode !== "auto";
  } catch {
    return false;
  }
}

/** The user's settings files and the project's (https://code.claude.com/docs/en/settings). */
export function settingsFiles(env: NodeJS.ProcessEnv, cwd: string): string[] {
  const config = env["CLAUDE_CONFIG_DIR"] ?? join(env["HOME"] ?? "", ".claude");
  return [
    join(config, "settings.json"),
    join(cwd, ".claude", "settings.json"),
    join(cwd, ".claude", "settings.local.json"),
  ];
}

/**
 * Claude Code's own default mode, `auto`, asks the model server for a safety verdict that no
 * bridge can give. Unless the user chose a mode, the one that asks the user is put in front.
 */
export function withPermissionMode(args: readonly string[], env: NodeJS.ProcessEnv, cwd: string): string[] {
  const chosen = args.some((arg) => CHOICES.some((flag) => arg === flag || arg.startsWith(`${flag}=`)));
  if (chosen || settingsFiles(env, cwd).some(chosenIn)) return [...args];
  return ["--permission-mode", "default", ...args];
}

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pointsElsewhere } from "./environment.ts";
import { settingsFiles } from "./permission-mode.ts";

/** Settings that would choose another server, credential or model, if the client heeded them here. */
const KEYS = [
  "model",
  "apiKeyHelper",
  "awsAuthRefresh",
  "gcpAuthRefresh",
  "modelOverrides",
  "forceLoginMethod",
];

function readSettings(file: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function variablesOf({ env }: Record<string, unknown>): string[] {
  return typeof env === "object" && env !== null ? Object.keys(env) : [];
}

/** What the user's settings files say about this session's model; names only, values may be secret. */
export interface OtherSettings {
  /** `file: name` of what the client does not heed while a host manages its provider. */
  ignored: string[];
  /** `file: name` of variables that win over what was found out about the model. */
  heeded: string[];
}

/**
 * Looks through the settings files that the client reads
 * (https://code.claude.com/docs/en/settings), the organisation's included.
 * @param computed names of variables that the launcher would set
 * @param managed the folder of the organisation's
 */
export function otherSettings(
  env: NodeJS.ProcessEnv,
  cwd: string,
  computed: readonly string[],
  managed: string = managedFolder(),
): OtherSettings {
  const found: OtherSettings = { ignored: [], heeded: [] };
  for (const file of [...settingsFiles(env, cwd), ...managedFiles(managed)]) {
    const settings = readSettings(file);
    const variables = variablesOf(settings);
    const names = [...KEYS.filter((key) => key in settings), ...variables.filter(pointsElsewhere)];
    found.ignored.push(...names.map((name) => `${file}: ${name}`));
    found.heeded.push(
      ...variables.filter((name) => computed.includes(name)).map((name) => `${file}: ${name}`),
    );
  }
  return found;
}

/** One file, and a folder of files that are read after it in the order of their names. */
function managedFiles(folder: string): string[] {
  return [join(folder, "managed-settings.json"), ...jsonFilesIn(join(folder, "managed-settings.d"))];
}

function jsonFilesIn(folder: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
    return names.toSorted().map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function managedFolder(): string {
  const folders: Partial<Record<NodeJS.Platform, string>> = {
    darwin: "/Library/Application Support/ClaudeCode",
    win32: "C:\\Program Files\\ClaudeCode",
  };
  return folders[process.platform] ?? "/etc/claude-code";
}

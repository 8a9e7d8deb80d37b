import { execFile } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** `claude-missing`: there is no Claude Code to start, or the named program cannot be started. */
export class ClaudeMissing extends Error {
  readonly code = "claude-missing";
}

export interface FoundClaude {
  /** Absolute path of the program. */
  path: string;
  /** E.g. `2.1.330`; null when the program does not say. */
  version: string | null;
}

const SUFFIXES = process.platform === "win32" ? [".exe", ".cmd", ""] : [""];

function program(path: string): string | undefined {
  return SUFFIXES.map((suffix) => path + suffix).find((candidate) => {
    try {
      accessSync(candidate, constants.X_OK);
      return statSync(candidate).isFile();
    } catch {
      return false;
    }
  });
}

function first<T, R>(items: Iterable<T>, find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function onPath(name: string, path: string): string | undefined {
  return first(path.split(delimiter), (folder) => (folder === "" ? undefined : program(join(folder, name))));
}

function* foldersAbove(file: string): Generator<string> {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    yield folder;
    if (dirname(folder) === folder) return;
  }
}

/** The copy that a checkout of this project has among its development dependencies. */
function inProject(): string | undefined {
  const above = foldersAbove(fileURLToPath(import.meta.url));
  return first(above, (folder) => program(join(folder, "node_modules", ".bin", "claude")));
}

/**
 * Where Claude Code is: the named program, else `claude` on PATH, else the project's own copy.
 * @throws ClaudeMissing when `explicit` names something that cannot be started.
 */
export function locateClaude(explicit?: string, path: string = process.env["PATH"] ?? ""): string | null {
  if (explicit === undefined) return onPath("claude", path) ?? inProject() ?? null;
  const named = /[\\/]/.test(explicit) ? program(resolve(explicit)) : onPath(explicit, path);
  if (named !== undefined) return named;
  throw new ClaudeMissing(`${explicit} cannot be started: --claude-binary takes the path of Claude Code`);
}

function versionOf(path: string): Promise<string | null> {
  return new Promise((resolve) => {
    execFile(path, ["--version"], { timeout: 10_000 }, (_error, stdout) => {
      resolve(/^\d+\.\d+\.\d+\S*/.exec(stdout)?.[0] ?? null);
    });
  });
}

/** As `locateClaude`, with the version the program prints. */
export async function findClaude(explicit?: string): Promise<FoundClaude | null> {
  const path = locateClaude(explicit);
  return path === null ? null : { path, version: await versionOf(path) };
}

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { usageError } from "./exit.ts";

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const DEFAULT_FOLDER = "cassettes";
const OWN = fileURLToPath(new URL("../../cassettes/", import.meta.url));

/** The folder of one cassette. @throws CliError (exit 2) for a name that is a path */
export function cassetteFolder(name: string, folder: string = DEFAULT_FOLDER): string {
  if (!NAME.test(name))
    throw usageError(`"${name}" is no name for a cassette: letters, digits, dot, dash; the folder is --dir`);
  return join(folder, name);
}

/** Where the named cassette is: in the folder, else among this project's own. */
export function findCassette(name: string, folder?: string): string {
  const here = cassetteFolder(name, folder);
  if (folder !== undefined || existsSync(here)) return here;
  const own = cassetteFolder(name, OWN);
  return existsSync(own) ? own : here;
}

/** Names of all cassettes of a folder, in order. */
export function cassetteNames(folder: string = DEFAULT_FOLDER): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, "cassette.json")))
    .map(({ name }) => name)
    .toSorted();
}

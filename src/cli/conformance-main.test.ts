import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const ENTRY = fileURLToPath(new URL("./bridge-conformance.ts", import.meta.url));

function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [ENTRY, ...args], (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

test("--version prints the package's version on stdout", async () => {
  expect(await run("--version")).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    stderr: "",
  });
});

test("a mistyped command is one line with a hint, exit 2", async () => {
  expect(await run("doctro")).toEqual({
    code: 2,
    stdout: "",
    stderr: expect.stringMatching(/^usage: unknown command "doctro"; did you mean "doctor"\?.*\n$/),
  });
});

test("a mistyped option is one line with a hint, exit 2", async () => {
  expect(await run("doctor", "--claude-binray", "x")).toEqual({
    code: 2,
    stdout: "",
    stderr: 'usage: unknown argument "claude-binray"; did you mean "--claude-binary"?\n',
  });
});

test("a word too many is an error, exit 2", async () => {
  expect(await run("doctor", "please")).toEqual({
    code: 2,
    stdout: "",
    stderr: 'usage: unknown argument "please"\n',
  });
});

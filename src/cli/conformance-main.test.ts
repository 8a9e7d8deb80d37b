import { expect, test } from "vitest";
import { runProgram, startProgram } from "../testing/program.ts";

async function run(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await runProgram("bridge-conformance", args);
  return { code, stdout, stderr };
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

test.each(["--model", "--live-runs", "--backend"])("%s without its value: exit 2", async (option) => {
  expect(await run(option)).toEqual({
    code: 2,
    stdout: "",
    stderr: `usage: Not enough arguments following: ${option.slice(2)}\n`,
  });
});

test("a word too many is an error, exit 2", async () => {
  expect(await run("doctor", "please")).toEqual({
    code: 2,
    stdout: "",
    stderr: 'usage: unknown argument "please"\n',
  });
});

test("a reader that leaves early is no error", async () => {
  const { child, ended } = startProgram("bridge-conformance", ["--help"]);
  child.stdout?.destroy();
  expect(await ended).toMatchObject({ code: 0, signal: null, stderr: "" });
});

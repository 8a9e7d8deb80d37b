import { execFile, spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { RunReport } from "../../conformance/types.ts";
import { startScripted } from "../../scripted/server.ts";
import { exitCodeOf } from "../exit.ts";
import { runCommand } from "./run.impl.ts";
import type { RunArguments } from "./run.ts";

const ENTRY = fileURLToPath(new URL("../bridge-conformance.ts", import.meta.url));

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

function run(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [ENTRY, ...args],
      { maxBuffer: 1e8 },
      (_error, stdout, stderr) => {
        resolve({ code: child.exitCode ?? -1, stdout, stderr });
      },
    );
  });
}

test.each([
  ["nothing", []],
  ["progress, where it is asked for,", ["--progress"]],
])("json: one report on stdout, %s on stderr in a pipe, exit 0", async (_what, asked) => {
  const { code, stdout, stderr } = await run("--case", "messages.role.*", "--format", "json", ...asked);
  const report = JSON.parse(stdout) as RunReport;
  expect(report).toMatchObject({
    format: "bridge-conformance-report",
    version: 1,
    target: { url: "embedded" },
    headline: { bridge: { must: { pass: 1, total: 1 } }, model: { must: { total: 0 } } },
    incomplete: false,
    exitCode: 0,
  });
  expect(stderr).toBe(asked.length === 0 ? "" : "running 1 case of messages\nmessages       1/1 passed\n");
  expect(code).toBe(0);
});

test("pretty is the default, without colour in a pipe", async () => {
  const { code, stdout } = await run("run", "--suite", "protocol", "--case", "*.content-type.*");
  expect(stdout).toContain("bridge conformance: MUST 2/2\nmodel capability: no live cases in this run\n");
  expect(stdout).not.toContain("\u001b");
  expect(code).toBe(0);
});

const DEFAULTS: RunArguments = {
  format: "pretty",
  "fail-on": "must",
  "live-runs": 20,
  budget: "10m",
  "require-conclusive": false,
};

test.each<[what: string, args: Partial<RunArguments>, message: RegExp]>([
  ["a suite that is none", { suite: ["protcol"] }, /^there is no suite "protcol"/],
  ["a glob without a match", { case: ["nothing.*"] }, /^no case matches/],
  [
    "the same, before a model is looked for",
    { case: ["nothing.*"], model: ["m"], "base-url": "http://127.0.0.1:1" },
    /^no case matches/,
  ],
  ["a target that is no URL", { target: "localhost" }, /^--target must be/],
  ["a port without a target", { "target-upstream-port": 1234 }, /^--target-upstream-port needs --target/],
  ["no runs at all", { "live-runs": 0 }, /^--live-runs must be a whole number from 1 to 20/],
  ["a budget that is no time", { budget: "10 minutes" }, /^--budget must be a time like 90s/],
  ["a floor above all", { floor: "80" }, /^--floor .* 0\.8 or 80%, not "80": for 80 percent write 80%$/],
  ["a floor above 100 %", { floor: "120%" }, /^--floor must be a rate like 0\.8 or 80%, not "120%"$/],
  ["a floor that is no number", { floor: "high" }, /^--floor must be a rate like 0\.8 or 80%, not "high"$/],
  ["a floor below none", { floor: "-0.1" }, /^--floor must be a rate .*, not "-0\.1"$/],
  ["a URL without a model", { "base-url": "http://127.0.0.1:1" }, /^--base-url needs --model/],
])("%s: exit 2", async (_what, args, message) => {
  const error: unknown = await runCommand({ ...DEFAULTS, ...args }).catch((error: unknown) => error);
  expect(error).toMatchObject({ message: expect.stringMatching(message) as string });
  expect(exitCodeOf(error)).toBe(2);
});

test("a model that nobody serves: exit 3", async () => {
  const args: RunArguments = {
    ...DEFAULTS,
    model: ["x"],
    provider: "ollama",
    "base-url": "http://127.0.0.1:1",
  };
  const error: unknown = await runCommand(args).catch((error: unknown) => error);
  expect(exitCodeOf(error)).toBe(3);
});

test("a live model adds the cases that hold for any model, under its name", async () => {
  const scripted = await startScripted();
  try {
    const { code, stdout } = await run(
      ...`--model scripted-plain --provider ollama --base-url ${scripted.url} --api-key canary`.split(" "),
      ...`--case messages.shape.envelope --format json`.split(" "),
    );
    expect(stdout).not.toContain("canary");
    const report = JSON.parse(stdout) as RunReport;
    expect(report.cases.map(({ kind, model, verdict }) => [kind, model, verdict])).toEqual([
      ["script", "scripted", "pass"],
      ["script", "scripted", "pass"],
      ["any", "scripted-plain", "pass"],
    ]);
    expect(report.cases[2]?.rate).toMatchObject({ passed: 10, n: 10, floor: 0.5, passK: { k: 3, value: 1 } });
    expect(report.models[1]).toMatchObject({ name: "scripted-plain", profile: { mode: "go" } });
    // Warmed up and tried first, then two requests in each run.
    const chats = scripted.requests.filter(({ path }) => path === "/api/chat");
    expect(chats).toHaveLength(2 + 2 * 10);
    expect(code).toBe(0);
  } finally {
    await scripted.close();
  }
});

test.each([
  [[], 0, 0.5],
  [["--floor", "80%"], 1, 0.8],
  [["--floor", "0.8"], 1, 0.8],
  [["--floor", "0"], 0, 0],
])("what a model cannot do counts when a floor is named: %j", async (args, exit, floor) => {
  const scripted = await startScripted();
  try {
    const { code, stdout } = await run(
      ...`--model scripted-plain --provider ollama --base-url ${scripted.url} --format json`.split(" "),
      ...`--case system.mid.position --live-runs 5`.split(" "),
      ...args,
    );
    const report = JSON.parse(stdout) as RunReport;
    const live = report.cases.filter(({ kind }) => kind === "capable");
    expect(live).toMatchObject([
      { verdict: floor === 0 ? "pass" : "fail", rate: { passed: 0, n: 5, floor } },
    ]);
    expect(report.headline.bridge.must.pass).toBe(report.headline.bridge.must.total);
    expect(code).toBe(exit);
  } finally {
    await scripted.close();
  }
});

test("a foreign target that fails: exit 1, and the evidence on disk", async () => {
  const scripted = await startScripted();
  const out = await mkdtemp(join(tmpdir(), "bridge-conformance-"));
  try {
    const { code, stdout } = await run(
      "--target",
      scripted.url,
      "--case",
      "protocol.content-type.json",
      "--out",
      out,
    );
    expect(code).toBe(1);
    expect(stdout).toContain("FAIL MUST protocol.content-type.json (wire)");
    expect(stdout).toContain('sent: POST /v1/messages {"model":"scripted"');
    expect(stdout).toContain("source: ");
    expect(await readdir(join(out, "evidence"))).toEqual(["protocol.content-type.json-wire.txt"]);
    expect(JSON.parse(await readFile(join(out, "report.json"), "utf8"))).toMatchObject({ exitCode: 1 });
  } finally {
    await rm(out, { recursive: true });
    await scripted.close();
  }
});

// `--suite protocol` is long enough to be interrupted: the first line comes before its first case.
test("an interrupt prints what there is, incomplete, exit 5", async () => {
  const child = spawn(process.execPath, [ENTRY, "--suite", "protocol", "--suite", "messages", "--progress"], {
    stdio: "pipe",
  });
  let stdout = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.once("data", () => child.kill("SIGINT"));
  const code = await new Promise((resolve) => child.once("close", resolve));
  expect(stdout).toContain("incomplete: not every case ran to its end");
  expect(code).toBe(5);
});

test("a target that is not there: exit 3, and no case has failed", async () => {
  const error: unknown = await runCommand({ ...DEFAULTS, target: "http://127.0.0.1:1" }).catch(
    (error: unknown) => error,
  );
  expect(error).toMatchObject({ message: expect.stringMatching(/^nobody listens at the target/) as string });
  expect(exitCodeOf(error)).toBe(3);
});

test("a named client that is not there: exit 3", async () => {
  const error: unknown = await runCommand({ ...DEFAULTS, "claude-binary": "./no-such-claude" }).catch(
    (error: unknown) => error,
  );
  expect(exitCodeOf(error)).toBe(3);
});

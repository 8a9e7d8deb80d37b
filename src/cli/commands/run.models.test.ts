import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { RunReport } from "../../conformance/types.ts";
import type { ScriptedServer } from "../../scripted/options.ts";
import { startScripted } from "../../scripted/server.ts";
import { runProgram, startProgram, type ProgramResult } from "../../testing/program.ts";
import { attemptsIn, rateKey, ratesOf } from "../../testing/recorded-rates.ts";

let scripted: ScriptedServer;
let folder: string;

beforeEach(async () => {
  scripted = await startScripted({
    models: ["a:1b", "b:1b"].map((name) => ({ name, capabilities: ["completion"], numCtx: 4096 })),
  });
  folder = mkdtempSync(join(tmpdir(), "run-models-"));
});

afterEach(async () => {
  await scripted.close();
  rmSync(folder, { recursive: true });
});

function run(line: string): Promise<ProgramResult> {
  const args = `${line} --provider ollama --base-url ${scripted.url} --live-runs 5`.split(" ");
  return runProgram("bridge-conformance", args);
}

test("two models: a row each, progress of each, and the recorded runs give the printed rates", async () => {
  const { code, stdout, stderr } = await run(
    `--model a:1b --model b:1b --model a:1b --case messages.shape.envelope --case system.mid.position --format json --progress --out ${folder}`,
  );
  const report = JSON.parse(stdout) as RunReport;
  const live = report.cases.filter(({ rate }) => rate !== null);
  expect(live.map(({ id, model, verdict }) => [id, model, verdict])).toEqual([
    ["messages.shape.envelope", "a:1b", "pass"],
    ["messages.shape.envelope", "b:1b", "pass"],
    ["system.mid.position", "a:1b", "fail"],
    ["system.mid.position", "b:1b", "fail"],
  ]);
  expect(report.models.map(({ name }) => name)).toEqual(["scripted", "a:1b", "b:1b"]);
  for (const line of ["live: a:1b, b:1b\n", "messages       a:1b: 1/1 passed", "system         b:1b: 0/1"])
    expect(stderr).toContain(line);

  const recorded = ratesOf(attemptsIn(folder));
  expect(recorded.size).toBe(live.length);
  for (const row of live) expect(row.rate).toMatchObject(recorded.get(rateKey(row)) ?? {});
  expect(attemptsIn(folder).map(({ model }) => model)).toEqual(
    ["a:1b", "b:1b"].flatMap((model) => Array.from({ length: 10 }, () => model)),
  );
  for (const model of ["a_1b", "b_1b"])
    expect(existsSync(join(folder, `evidence/system.mid.position-capable-ollama-${model}.txt`))).toBe(true);
  expect(code).toBe(0);
});

test("the first model is loaded last: it is judged first; the second is loaded again before its turn", async () => {
  await run("--model a:1b --model b:1b --case messages.shape.envelope");
  const asked = scripted.requests
    .filter(({ path }) => path === "/api/chat")
    .map(({ json }) => json as { model: string; options: { num_predict?: number } });
  const turns = asked.filter(({ model }, index) => model !== asked[index - 1]?.model);
  expect(turns.map(({ model }) => model)).toEqual(["b:1b", "a:1b", "b:1b"]);
  for (const { options } of turns) expect(options.num_predict).toBe(1);
});

test("one that is not there ends it before anything is run: exit 3", async () => {
  const { code, stdout, stderr } = await runProgram("bridge-conformance", [
    ..."--model a:1b --model absent:9b --backend ollama --case messages.shape.envelope".split(" "),
    `--base-url=${scripted.url}`,
  ]);
  expect(stderr).toMatch(/^backend-consent: model "absent:9b" /m);
  expect(stdout).toBe("");
  expect(code).toBe(3);
  expect(scripted.requests.some(({ path }) => path === "/api/chat")).toBe(false);
});

test("a foreign target takes one name", async () => {
  const { code, stderr } = await runProgram("bridge-conformance", [
    ..."--model a --model b --case messages.shape.envelope --target".split(" "),
    scripted.url,
  ]);
  expect(stderr).toMatch(/^usage: --target takes one --model/m);
  expect(code).toBe(2);
});

test("an interrupted run keeps the runs that it has; what an earlier run left is gone", async () => {
  writeFileSync(join(folder, "report.json"), '{"format": "bridge-conformance-report"}');
  writeFileSync(join(folder, "attempts.jsonl"), "not of this run\n");
  await scripted.close();
  scripted = await startScripted({ delayMs: 30 });
  const args = `--model scripted-plain --provider ollama --base-url ${scripted.url} --case messages.shape.envelope --out ${folder}`;
  const program = startProgram("bridge-conformance", args.split(" "));
  const kept = join(folder, "attempts.jsonl");
  await expect
    .poll(() => existsSync(kept) && readFileSync(kept, "utf8").startsWith("{"), { timeout: 15_000 })
    .toBe(true);
  program.child.kill("SIGINT");
  const { code } = await program.ended;
  const report = JSON.parse(readFileSync(join(folder, "report.json"), "utf8")) as RunReport;
  expect(report).toMatchObject({ incomplete: true, exitCode: 5 });
  const recorded = ratesOf(attemptsIn(folder));
  expect(recorded.size).toBeGreaterThan(0);
  const live = report.cases.filter(({ rate }) => rate !== null);
  expect(live).toMatchObject([
    { verdict: "inconclusive", reason: expect.stringMatching(/^interrupted after \d+ runs?$/) as string },
  ]);
  for (const row of live) expect(row.rate).toMatchObject(recorded.get(rateKey(row)) ?? {});
  expect(code).toBe(5);
});

test("a folder that cannot be written: exit 2, and nothing is run", async () => {
  const { code, stderr } = await run(`--model a:1b --out ${process.execPath}/x`);
  expect(stderr).toMatch(/^usage: --out needs a folder that can be written: /);
  expect(code).toBe(2);
  expect(scripted.requests).toEqual([]);
});

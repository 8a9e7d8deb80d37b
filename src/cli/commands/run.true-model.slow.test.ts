import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { plannedLooks, quantileFor, wilson } from "../../conformance/statistics.ts";
import type { CaseResult, RunReport } from "../../conformance/types.ts";
import { runProgram, type ProgramResult } from "../../testing/program.ts";
import { attemptsIn, rateKey, ratesOf } from "../../testing/recorded-rates.ts";
import { startTrueModel, trueModelDefect, type TrueModel } from "../../testing/true-model.ts";

const defect = await trueModelDefect();
if (defect !== null) console.warn(`SKIPPED, a verdict on a true model: ${defect}`);

let model: TrueModel;
let out: string;

beforeAll(async () => {
  if (defect === null) model = await startTrueModel();
});

afterAll(() => model?.close());

interface Judged {
  ended: ProgramResult;
  report: RunReport;
  live: CaseResult[];
}

/** What CI, or anybody, would write. */
async function judge(cases: readonly string[], runs: number): Promise<Judged> {
  out = mkdtempSync(join(tmpdir(), "true-model-"));
  const line = `--model ${model.model} --provider openai --base-url ${model.baseUrl} --budget 45s --out ${out}`;
  const args = [...line.split(" "), "--live-runs", `${runs}`, ...cases.flatMap((id) => ["--case", id])];
  const ended = await runProgram("bridge-conformance", args);
  const report = JSON.parse(readFileSync(join(out, "report.json"), "utf8")) as RunReport;
  return { ended, report, live: report.cases.filter(({ rate }) => rate !== null) };
}

/** The printed rates are the recorded ones, nobody blames the bridge, and the exit code is the contract's. */
function expectTruth({ ended, report, live }: Judged, runs: number): void {
  const attempts = attemptsIn(out);
  const recorded = ratesOf(attempts);
  const z = quantileFor(plannedLooks(runs).length);
  for (const row of live) {
    const rate = recorded.get(rateKey(row)) ?? { passed: 0, n: 0 };
    expect(row.rate).toMatchObject({ ...rate, ...wilson(rate.passed, rate.n, z) });
    const label = row.id.slice(row.suite.length + 1);
    expect(ended.stdout).toMatch(new RegExp(`^  ${label} +${rate.passed}/${rate.n} `, "m"));
  }
  const blamed = (whom: string): string[] => [
    ...attempts.filter(({ blame }) => blame === whom).map((one) => `${one.case}: ${one.reason}`),
    ...report.cases.filter(({ blame }) => blame === whom).map(({ id, reason }) => `${id}: ${reason}`),
  ];
  expect({ bridge: blamed("bridge"), harness: blamed("harness"), stderr: ended.stderr }).toMatchObject({
    bridge: [],
    harness: [],
  });
  const gate = live.filter(
    ({ verdict, kind, level }) => verdict === "fail" && kind === "any" && level === "MUST",
  );
  expect({ code: ended.code, left: ended.leftBehind }).toEqual({
    code: gate.length > 0 ? 1 : 0,
    left: false,
  });
}

describe.skipIf(defect !== null)("a true model, small and real, on a real llama-server", () => {
  test("protocol cases, looked at after five runs", async () => {
    const cases = ["event-order", "unicode.escapes"].map((id) => `streaming.${id}`);
    const judged = await judge(
      [...cases, "stop-reasons.max-tokens", "errors.context-overflow.400", "system.mid.position"],
      5,
    );
    try {
      expectTruth(judged, 5);
      expect(judged.live).toHaveLength(5);
      expect(attemptsIn(out).length).toBeGreaterThan(0);
      expect(judged.report.headline.bridge.must.pass).toBe(judged.report.headline.bridge.must.total);
    } finally {
      rmSync(out, { recursive: true });
    }
  }, 300_000);

  // Its window is too small for the full client, which is started with --bare.
  test("a task with the real client", async () => {
    const judged = await judge(["tasks.read"], 1);
    try {
      expectTruth(judged, 1);
      expect(judged.report.client).not.toBeNull();
      expect(attemptsIn(out)).toMatchObject([{ case: "tasks.read", kind: "capable", model: "smollm2" }]);
      const line = judged.report.models.at(-1)?.readiness?.line ?? "";
      expect(line).toMatch(/^smollm2 completes Claude Code's tool loop in [01] of 1 run;/);
      expect(line).toContain("tried with claude --bare: a context of 8192 tokens has no room");
      expect(judged.ended.stdout.replaceAll(/\s+/g, " ")).toContain(line);
    } finally {
      rmSync(out, { recursive: true });
    }
  }, 400_000);
});

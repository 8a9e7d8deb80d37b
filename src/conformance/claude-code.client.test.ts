import { expect, test } from "vitest";
import { runSuite } from "./run-suite.ts";

test("the real client runs every case of its suite over both upstream dialects", async () => {
  const report = await runSuite({ suites: ["claude-code"], version: "test" }, () => undefined);
  const failed = report.cases.filter(({ verdict }) => verdict !== "pass");
  expect(failed.map(({ id, upstream, findings }) => ({ id, upstream, findings }))).toEqual([]);
  const over = (dialect: string): string[] =>
    report.cases.filter(({ upstream }) => upstream === dialect).map(({ id }) => id);
  expect(over("ollama")).toEqual(over("openai"));
  expect(over("ollama").length).toBeGreaterThanOrEqual(13);
}, 300_000);

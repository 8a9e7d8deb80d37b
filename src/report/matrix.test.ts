import { expect, test } from "vitest";
import type { CaseResult } from "../conformance/types.ts";
import { caseResult } from "../testing/case-result.ts";
import { columnTitle, matrixOf } from "./matrix.ts";

function row(model: string, mode: CaseResult["mode"], verdict: CaseResult["verdict"] = "pass"): CaseResult {
  return caseResult({ model, mode, verdict, upstream: "ollama" });
}

test("a real engine has a column for each way of running the model", () => {
  const { columns, rows } = matrixOf([row("s-go", "go"), row("s-jinja", "jinja", "fail"), row("s-go", "go")]);
  expect(columns.map(columnTitle)).toEqual(["MUST\nollama go", "MUST\nollama jinja"]);
  expect(rows[0]?.cells.map(({ pass, total }) => [pass, total])).toEqual([
    [2, 2],
    [0, 1],
  ]);
});

test("the embedded one has a column for each upstream", () => {
  const { columns } = matrixOf([row("scripted", "go"), row("scripted", "jinja")]);
  expect(columns.map(columnTitle)).toEqual(["MUST\nollama"]);
});

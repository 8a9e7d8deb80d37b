import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import type { CaseResult, RunReport } from "../conformance/types.ts";
import { caseResult } from "../testing/case-result.ts";
import { renderPretty } from "./pretty.ts";

function result(over: Partial<CaseResult>): CaseResult {
  return caseResult({
    id: "streaming.stop.delta",
    suite: "streaming",
    upstream: "ollama",
    mode: "go",
    ms: 1,
    ...over,
  });
}

const CASES: CaseResult[] = [
  result({}),
  result({
    upstream: "openai",
    verdict: "fail",
    findings: [{ rule: "SC12", message: "no stop_reason", evidence: "event: \u001b[31mred" }],
  }),
  result({
    id: "claude-code.hello",
    suite: "claude-code",
    kind: "client",
    verdict: "skip",
    reason: "no client",
  }),
];

function report(over: Partial<RunReport>): RunReport {
  const none = { pass: 0, total: 0 };
  return {
    format: "bridge-conformance-report",
    version: 1,
    target: { url: "embedded", name: "bridge", version: "0.1.0" },
    backend: { kind: "scripted", description: "the scripted model, embedded" },
    models: [{ name: "scripted", digest: null }],
    client: null,
    headline: {
      bridge: { must: { pass: 1, total: 2 }, should: none, may: none },
      model: { must: none, should: none, may: none },
    },
    cases: CASES,
    incomplete: false,
    exitCode: 1,
    ...over,
  };
}

const INDEX = new Map([
  [
    "streaming.stop.delta",
    { title: "It stops", spec: [{ source: "the page", url: "https://example.org/rule" }] },
  ],
]);

function render(width: number, color = false, over: Partial<RunReport> = {}): Promise<string> {
  return renderPretty(report(over), { width, color, cases: INDEX });
}

test("names what failed, by which rule, on which bytes, and where the rule stands", async () => {
  const text = await render(80);
  for (const part of [
    "FAIL MUST streaming.stop.delta (script over openai)",
    "SC12: no stop_reason",
    "https://example.org/rule",
  ])
    expect(text).toContain(part);
});

test("a run without a case of the bridge says so, and shows no empty table", async () => {
  const none = { pass: 0, total: 0 };
  const empty = { must: none, should: none, may: none };
  const text = await render(80, false, { cases: [], headline: { bridge: empty, model: empty } });
  expect(text).not.toContain("suite");
  expect(text).toContain("bridge conformance: no cases of the bridge in this run\n");
});

test("two numbers, and plain words where there is none", async () => {
  const text = await render(80);
  expect(text).toContain("bridge conformance: MUST 1/2\n");
  expect(text).toContain("model capability: no live cases in this run\n");
});

test("what the runs of a model have not decided is told beside its number", async () => {
  const rate = { passed: 1, n: 1, low: 0.21, high: 1, floor: 0.5, passK: { k: 3, value: null } };
  const live = (verdict: CaseResult["verdict"]): CaseResult => result({ kind: "any", verdict, rate });
  const none = { pass: 0, total: 0 };
  const text = await render(80, false, {
    cases: [...CASES, live("pass"), live("inconclusive"), live("inconclusive")],
    headline: {
      bridge: { must: { pass: 1, total: 2 }, should: none, may: none },
      model: { must: { pass: 1, total: 3 }, should: none, may: none },
    },
  });
  expect(text).toContain("bridge conformance: MUST 1/2\nmodel capability: MUST 1/3 (2 inconclusive)\n");
});

test("each of several models has its own number", async () => {
  const rate = { passed: 5, n: 5, low: 0.57, high: 1, floor: 0.5, passK: { k: 3, value: 1 } };
  const live = (model: string, verdict: CaseResult["verdict"]): CaseResult =>
    result({ kind: "any", model, verdict, rate });
  const text = await render(80, false, {
    cases: [...CASES, live("a", "pass"), live("a", "inconclusive"), live("b", "fail")],
  });
  expect(text).toContain("model capability, a: MUST 1/2 (1 inconclusive)\nmodel capability, b: MUST 0/1\n");
});

test("a skip is printed with its reason", async () => {
  expect(await render(80)).toContain("skipped, no client:\n  claude-code.hello\n");
});

test.each([
  [`${process.cwd()}/node_modules/.bin/claude`, "node_modules/.bin/claude"],
  ["/opt/claude", "/opt/claude"],
])("the client at %s is named as %s", async (path, shown) => {
  expect(await render(90, false, { client: { path, version: "2.1" } })).toContain(
    `Claude Code 2.1 (${shown})`,
  );
});

test("the matrix has a row per suite and a column per level and upstream", async () => {
  expect(await render(80)).toMatch(/streaming +1\/1 +0\/1 ✗\nclaude-code +1 skipped +-\n/);
});

test("the rows of a live model are not in the matrix, but in lines of their own", async () => {
  const rate = { passed: 2, n: 5, low: 0.12, high: 0.77, floor: 0.5, passK: { k: 3, value: 0 } };
  const live = result({ kind: "any", model: "m", verdict: "fail", blame: "model", rate });
  const text = await render(80, false, { cases: [...CASES, live], models: [{ name: "m", digest: null }] });
  expect(text).toMatch(/streaming +1\/1 +0\/1 ✗\n/);
  expect(text).toContain("streaming\n  stop.delta   2/5  12–77 %    0.00  fail: model\n");
});

test.each([30, 40, 60, 80])("no line but a URL is longer than %d columns", async (width) => {
  const lines = (await render(width)).split("\n").filter((line) => !line.includes("https://"));
  expect(lines.filter((line) => line.length > width)).toEqual([]);
});

test("without colour there is no escape, and foreign ones never get through", async () => {
  expect(await render(80)).not.toContain("\u001b");
  expect(await render(80, true)).not.toContain("\u001b[31mred");
});

test.each([
  ["the bridge's", 1, 2, 5, "bridge conformance"],
  ["the model's", 2, 2, 4, "model capability"],
])("a failure that is %s makes its line red", async (_whose, pass, total, modelPass, red) => {
  const none = { pass: 0, total: 0 };
  const text = await render(80, true, {
    exitCode: 1,
    headline: {
      bridge: { must: { pass, total }, should: none, may: none },
      model: { must: { pass: modelPass, total: 5 }, should: none, may: none },
    },
  });
  const lines = text.split("\n").filter((line) => /conformance:|capability:/.test(line));
  expect(
    lines
      .filter((line) => line.includes("\u001b[31m"))
      .map((line) => stripVTControlCharacters(line).split(":")[0]),
  ).toEqual([red]);
});

test("an unfinished run says so", async () => {
  expect(await render(80, false, { incomplete: true })).toContain("incomplete");
});

test("what was sent is printed once for the findings of one send", async () => {
  const findings = ["first", "second"].map((rule) => ({
    rule,
    message: "m",
    evidence: `sent: POST /x\n${rule} bytes`,
  }));
  const text = await render(80, false, { cases: [result({ verdict: "fail", findings })] });
  expect(text.split("sent: POST /x")).toHaveLength(2);
  expect(text).toContain("second bytes");
});

test("what many cases have is told once, before what is a case's own", async () => {
  const lacks = { rule: "SC4", message: "[1, json] stop_sequence is absent", evidence: "sent: POST /x\n{}" };
  const own = { rule: "status", message: "[2] status is 500, not 200", evidence: "" };
  const cases = ["a.one", "a.two", "a.three"].map((id) =>
    result({ id, verdict: "fail", findings: id === "a.two" ? [lacks, own] : [lacks] }),
  );
  const text = await render(80, false, { cases });
  expect(text.split("stop_sequence is absent")).toHaveLength(2);
  expect(text).toContain("A: IN 3 CASES\n  rule SC4: stop_sequence is absent\n");
  expect(text).toContain("  in a.one, a.two, a.three\n");
  expect(text).toContain(
    "FAIL MUST a.one (script over ollama): A\nFAIL MUST a.three (script over ollama): A\n\nFAIL MUST a.two (script over ollama): A\n",
  );
  expect(text).toContain("rule status: [2] status is 500");
});

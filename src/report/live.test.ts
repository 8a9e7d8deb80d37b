import { expect, test } from "vitest";
import type { CaseResult, RunReport } from "../conformance/types.ts";
import { liveLines, readinessLines } from "./live.ts";
import { painter } from "./style.ts";

const capability = { has: true, from: "it called a tool" };
const models: RunReport["models"] = [
  { name: "scripted", digest: null },
  {
    name: "qwen3:1.7b",
    digest: null,
    profile: {
      digest: "8f68893c685c3ddff2aa3fffce2aa60a30bb2da65ca488b61fff134a4d1730e7",
      quantisation: "Q4_K_M",
      size: "1.7B",
      template: null,
      engine: { name: "Ollama", version: "0.32.1" },
      mode: "go",
      context: { limit: 40_960, used: 32_768, needed: 12_000 },
      capabilities: {
        tools: capability,
        thinking: { has: true, from: "it thought", levels: [] },
        vision: { has: false, from: "/api/show" },
        structured: { has: null, from: "no answer" },
      },
      options: {},
      host: { system: "linux x64", cpu: "x", cores: 2, memory: 8 * 2 ** 30, remote: false, onGpu: 0 },
      warmUpMs: 900,
    },
  },
];

const rate = { passed: 17, n: 20, low: 0.6169, high: 0.9538, floor: 0.5, passK: { k: 3, value: 0.5964 } };
const row = {
  id: "tools.call",
  suite: "tools",
  kind: "any",
  model: "qwen3:1.7b",
  verdict: "pass",
  blame: null,
  reason: null,
  rate,
};
const open = {
  ...row,
  id: "tools.parallel",
  verdict: "inconclusive",
  blame: "model",
  reason: "budget of 10m spent after 2 of 20 runs",
  rate: { ...rate, passed: 1, n: 2, low: 0.0513, high: 0.9487, passK: { k: 3, value: null } },
};
const unrun = {
  ...open,
  id: "tools.none",
  blame: null,
  reason: "budget of 10m spent after 0 of 20 runs",
  rate: { ...open.rate, passed: 0, n: 0, low: 0, high: 1 },
};

function shown(width: number): string {
  const cases = [row, open, unrun] as unknown as CaseResult[];
  return liveLines({ models, cases } as RunReport, width, painter(false)).join("\n");
}

test("what a model is, and how often it passed", () => {
  expect(shown(100)).toBe(
    [
      "qwen3:1.7b",
      "  1.7B, Q4_K_M, digest 8f68893c685c",
      "  Ollama 0.32.1, run by go",
      "  context 32768 tokens; Claude Code's first request needs about 12000",
      "  tools: yes (it called a tool)",
      "  thinking: yes (it thought)",
      "  vision: no (/api/show)",
      "  structured: unknown (no answer)",
      "  linux x64, 2 cores, 8 GiB",
      "",
      "            qwen3:1.7b",
      "case         runs     95 %  pass^3  verdict",
      "tools",
      "  call      17/20  62–95 %    0.60  pass",
      "  parallel    1/2   5–95 %          inconclusive",
      "  none        0/0                   inconclusive",
      "",
      "inconclusive, budget of 10m spent after 2 of 20 runs:",
      "  tools.parallel",
      "inconclusive, budget of 10m spent after 0 of 20 runs:",
      "  tools.none",
      "",
    ].join("\n"),
  );
});

test("a narrow terminal has a line per case, and no line is wider than it", () => {
  const text = shown(32);
  for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(32);
  expect(text.replaceAll(/\n +/g, " ")).toContain(
    "tools.call  17/20 passed, 62–95 %, pass^3 0.60: pass tools.parallel  1/2 passed, 5–95 %: inconclusive, blame: model tools.none  0/0 passed: inconclusive",
  );
});

test("what each model is good for", () => {
  const readiness = {
    line: "qwen3:1.7b edits files in 9 of 20 runs",
    verdict: "not-ready" as const,
    tasks: [],
  };
  const judged = models.map((model) => (model.name === "scripted" ? model : { ...model, readiness }));
  const report = { models: judged, cases: [] as CaseResult[] } as RunReport;
  expect(readinessLines(report, 80, painter(false))).toEqual(["qwen3:1.7b edits files in 9 of 20 runs"]);
});

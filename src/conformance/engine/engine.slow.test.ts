import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startScriptedEngine } from "../../testing/scripted-engine.ts";
import { trueModelDefect, type TrueModel } from "../../testing/true-model.ts";
import { loadSuites } from "../load.ts";
import type { RunReport } from "../types.ts";
import { engineScripts } from "./open-engine.ts";

const PROGRAM = fileURLToPath(new URL("../../cli/bridge-conformance.ts", import.meta.url));

const defect = await trueModelDefect();
if (defect !== null) console.warn(`SKIPPED, the suites on a real llama-server: ${defect}`);

let engine: TrueModel;

beforeAll(async () => {
  if (defect === null) engine = await startScriptedEngine(await engineScripts(await loadSuites()));
});

afterAll(() => engine?.close());

function run(): Promise<RunReport> {
  const args = `--model scripted --backend url --provider openai --format json --base-url ${engine.baseUrl}`;
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [PROGRAM, "run", ...args.split(" ")],
      { maxBuffer: 1e8 },
      (error, stdout, stderr) => {
        if (stdout === "") reject(new Error(stderr, { cause: error }));
        else resolve(JSON.parse(stdout) as RunReport);
      },
    );
  });
}

test("the suites hold on a real llama-server that plays the scripted model", async ({ skip }) => {
  if (defect !== null) skip(defect);
  const { cases, backend } = await run();
  const rows = cases.filter(({ kind }) => kind === "script");
  const failed = rows.filter(({ verdict }) => !["pass", "degraded", "skip"].includes(verdict));
  expect(failed).toEqual([]);
  const skipped = rows.filter(({ verdict }) => verdict === "skip");
  expect(skipped.filter(({ reason }) => reason?.startsWith("a real engine cannot") !== true)).toEqual([]);
  expect(rows.length - skipped.length).toBeGreaterThan(60);
  expect(new Set(rows.map(({ upstream }) => upstream))).toEqual(new Set(["openai"]));
  expect(backend.kind).toBe("url");
}, 240_000);

import { appendFileSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SuiteOptions } from "../conformance/options.ts";
import type { Attempt, CaseResult, RunReport } from "../conformance/types.ts";
import { commonFindings } from "./common.ts";
import { failureLines, type CaseIndex } from "./failures.ts";
import { renderJson } from "./pretty.ts";
import { painter } from "./style.ts";

/** Where a run keeps what it found: `attempts.jsonl`, `backend.log`, `report.json`, `evidence/`. */
export interface Out {
  /** A line of `attempts.jsonl`, on the disk at once: an interrupted run keeps it. */
  attempt(attempt: Attempt): void;
  /** Both hops of a failed live run below `evidence/MODEL/CASE/run-N`; gives the path of its `index.txt`. */
  evidence: NonNullable<SuiteOptions["keepEvidence"]>;
  /** The last lines that a model server of the run's own has written. */
  log(text: string): Promise<void>;
  /** `report.json`, and one text file of evidence per failed row, each complete. */
  report(report: RunReport, cases: CaseIndex): Promise<void>;
}

/** Makes the folder. What an earlier run has left there is taken away: it is not of this one. */
export async function openOut(folder: string): Promise<Out> {
  const path = (name: string): string => join(folder, name);
  await mkdir(folder, { recursive: true });
  if (await holdsReport(path("report.json"))) await rm(path("evidence"), { recursive: true, force: true });
  for (const name of ["report.json", "attempts.jsonl", "backend.log"]) await rm(path(name), { force: true });
  return {
    attempt: (attempt) => appendFileSync(path("attempts.jsonl"), `${JSON.stringify(attempt)}\n`),
    evidence: async ({ model, case: id, run }, files) => {
      const below = path(join("evidence", safe(model), safe(id), `run-${run}`));
      await rm(below, { recursive: true, force: true });
      await mkdir(below, { recursive: true });
      for (const { name, bytes } of files) await writeFile(join(below, name), bytes);
      return join(below, "index.txt");
    },
    log: (text) => writeFile(path("backend.log"), `${text.trimEnd()}\n`),
    report: async (report, cases) => {
      await mkdir(path("evidence"), { recursive: true });
      await writeFile(path("report.json"), renderJson(report));
      const options = { width: 120, paint: painter(false), cases, common: commonFindings([]) };
      const failed = report.cases.filter(({ verdict }) => verdict === "fail" || verdict === "harness-error");
      const names = namesOf(failed);
      for (const [index, result] of failed.entries())
        await writeFile(path(`evidence/${names[index]}.txt`), failureLines(result, options).join("\n"));
    },
  };
}

async function holdsReport(file: string): Promise<boolean> {
  const text = await readFile(file, "utf8").catch(() => "");
  return text.includes('"format": "bridge-conformance-report"');
}

/** A row each, told apart by what tells the rows apart; names of models hold `/` and `:`. */
function namesOf(rows: readonly CaseResult[]): string[] {
  const seen = new Map<string, number>();
  return rows.map(({ id, kind, upstream, mode, rate, model }) => {
    const parts = [id, kind, upstream, mode === "go" ? null : mode, rate === null ? null : model];
    const name = safe(parts.filter((part) => part !== null).join("-"));
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name}-${count}`;
  });
}

/** As a file's name. */
function safe(text: string): string {
  return text.replaceAll(/[^\w.-]/g, "_").replace(/^\.+/, "_");
}

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunReport } from "../conformance/types.ts";
import { commonFindings } from "./common.ts";
import { failureLines, type CaseIndex } from "./failures.ts";
import { renderJson } from "./pretty.ts";
import { painter } from "./style.ts";

/** `report.json`, and one text file of evidence per failed row, each complete. Makes the folder. */
export async function writeOut(report: RunReport, folder: string, cases: CaseIndex): Promise<void> {
  const evidence = join(folder, "evidence");
  await mkdir(evidence, { recursive: true });
  await writeFile(join(folder, "report.json"), renderJson(report));
  const options = { width: 120, paint: painter(false), cases, common: commonFindings([]) };
  for (const result of report.cases) {
    if (result.verdict !== "fail" && result.verdict !== "harness-error") continue;
    const name = [result.id, result.kind, result.upstream].filter((part) => part !== null).join("-");
    await writeFile(join(evidence, `${name}.txt`), failureLines(result, options).join("\n"));
  }
}

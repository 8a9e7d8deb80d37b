import type { OnProgress, Progress } from "../../conformance/options.ts";

interface SuiteProgress {
  total: number;
  done: number;
  failed: number;
  skipped: number;
}

/** Where progress is written; a terminal also gets a line that counts while a suite runs. */
type Output = Pick<NodeJS.WriteStream, "write"> & { isTTY?: boolean };

/** A line at the start, and one per suite when its last case is done, whether or not anybody watches. */
export function createProgress(output: Output): OnProgress {
  const suites = new Map<string, SuiteProgress>();
  const clear = output.isTTY === true ? "\r\u001b[K" : "";
  return (progress) => {
    if (progress.kind === "start") output.write(`${begin(suites, progress)}\n`);
    if (progress.kind === "end") output.write(clear);
    if (progress.kind !== "case") return;
    const suite = count(suites, progress);
    if (suite !== undefined && suite.done === suite.total)
      output.write(`${clear}${lineOf(progress.result.suite, suite)}\n`);
    if (clear !== "") output.write(`${clear}running ${progress.done}/${progress.total}`);
  };
}

function begin(
  suites: Map<string, SuiteProgress>,
  { suites: started }: Extract<Progress, { kind: "start" }>,
): string {
  for (const { name, total } of started) suites.set(name, { total, done: 0, failed: 0, skipped: 0 });
  const rows = started.reduce((sum, { total }) => sum + total, 0);
  return `running ${rows} ${rows === 1 ? "case" : "cases"} of ${started.map(({ name }) => name).join(", ")}`;
}

function count(
  suites: Map<string, SuiteProgress>,
  { result }: Extract<Progress, { kind: "case" }>,
): SuiteProgress | undefined {
  const suite = suites.get(result.suite);
  if (suite === undefined) return undefined;
  suite.done++;
  if (result.verdict === "fail" || result.verdict === "harness-error") suite.failed++;
  if (result.verdict === "skip") suite.skipped++;
  return suite;
}

function lineOf(name: string, { total, failed, skipped }: SuiteProgress): string {
  const notes = [failed > 0 ? `${failed} failed` : "", skipped > 0 ? `${skipped} skipped` : ""].filter(
    Boolean,
  );
  return `${name.padEnd(14)} ${total - failed - skipped}/${total - skipped} passed${notes.length > 0 ? `, ${notes.join(", ")}` : ""}`;
}

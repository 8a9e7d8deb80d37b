import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What the stand-in saw of its start. */
export interface FakeClaudeReport {
  args: string[];
  env: Record<string, string>;
  stdin: string;
  pid: number;
}

export interface FakeClaude {
  /** For `--claude-binary`. */
  path: string;
  report(): FakeClaudeReport;
}

/**
 * A program in Claude Code's place that writes down its arguments, variables and stdin.
 * @param then JavaScript that runs afterwards, e.g. `process.exit(7)`
 * @param stdin whether it is read to its end, which may never come where tests run
 */
export function fakeClaude(folder: string, then = "", stdin: "read" | "leave" = "read"): FakeClaude {
  const path = join(folder, "claude");
  const file = join(folder, "report.json");
  const script = `#!${process.execPath}
const { readFileSync, writeFileSync } = require("node:fs");
const stdin = ${stdin === "read" ? 'readFileSync(0, "utf8")' : '""'};
const report = { args: process.argv.slice(2), env: process.env, stdin, pid: process.pid };
writeFileSync(${JSON.stringify(file)}, JSON.stringify(report));
${then}
`;
  writeFileSync(path, script);
  chmodSync(path, 0o755);
  return { path, report: () => JSON.parse(readFileSync(file, "utf8")) as FakeClaudeReport };
}

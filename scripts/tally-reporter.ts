import type { Reporter, TestModule } from "vitest/node";

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

/** Prints `N passed, N failed, N skipped` as the last line of a test run. */
export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tally = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) add(tally, module);
    process.on("exit", () => {
      process.stdout.write(`${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped\n`);
    });
  }
}

function add(tally: Tally, module: TestModule): void {
  const before = tally.failed;
  let any = false;
  for (const test of module.children.allTests()) {
    any = true;
    const { state } = test.result();
    if (state === "pending") tally.failed += 1;
    else tally[state] += 1;
  }
  // A file that died before its first test, or in a hook, is a failure and not a silence.
  if (!any || (!module.ok() && tally.failed === before)) tally.failed += 1;
}

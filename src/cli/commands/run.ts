import type { CommandModule } from "yargs";
import { MODEL_OPTIONS, TEXT } from "../model-options.ts";
import { backendOptions, type BackendsArguments } from "./run.backend.ts";

/** Options of `bridge-conformance run`; also what `run.impl.ts` gets. */
export interface RunArguments extends BackendsArguments {
  "target-upstream-port"?: number;
  suite?: string[];
  case?: string[];
  "live-runs": number;
  budget: string;
  /** `0.8` or `80%`. */
  floor?: string;
  "require-conclusive": boolean;
  format: "pretty" | "json";
  "fail-on": "must" | "should";
  progress?: boolean;
  out?: string;
  "claude-binary"?: string;
}

const run: CommandModule<object, RunArguments> = {
  command: ["run", "$0"],
  describe: "Run the conformance suites and print the report (the default command)",
  builder: {
    ...MODEL_OPTIONS,
    ...backendOptions,
    model: {
      ...TEXT,
      array: true,
      describe: "A live model, or several; without it the embedded scripted model",
    },
    target: { ...TEXT, describe: "Test this Messages endpoint instead of the embedded bridge" },
    "target-upstream-port": {
      type: "number",
      requiresArg: true,
      describe: "Port where the target expects its upstream: the scripted model is put there",
    },
    suite: { ...TEXT, array: true, describe: "Only these suites" },
    case: { ...TEXT, array: true, describe: "Only cases whose id matches a glob" },
    "live-runs": {
      type: "number",
      default: 20,
      requiresArg: true,
      describe: "Most runs of a case on a live model (looked at after 5, 10 and 20)",
    },
    budget: {
      ...TEXT,
      default: "10m",
      describe: "Time for each live model's cases; no run begins after it: 90s, 10m, 1h",
    },
    floor: {
      ...TEXT,
      describe:
        "Rate that every live case must clear (0.8 or 80%); with it, what a model cannot do is exit 1",
    },
    "require-conclusive": {
      type: "boolean",
      default: false,
      describe: "Exit 6 when the runs do not decide a case",
    },
    format: { choices: ["pretty", "json"], default: "pretty", requiresArg: true, describe: "Of the report" },
    "fail-on": {
      choices: ["must", "should"],
      default: "must",
      requiresArg: true,
      describe: "Exit 1 from this level",
    },
    progress: {
      type: "boolean",
      describe: "Progress on stderr (default: on a terminal only; --progress for the log of a CI job)",
    },
    out: {
      ...TEXT,
      describe: "Also keep report.json, attempts.jsonl and the evidence of failures in this folder",
    },
    "claude-binary": { ...TEXT, describe: "Claude Code (default: claude on PATH)" },
  },
  handler: async (argv) => {
    const { runCommand } = await import("./run.impl.ts");
    process.exitCode = await runCommand(argv);
  },
};

export default run;

import type { CommandModule } from "yargs";
import { MODEL_OPTIONS, TEXT } from "../model-options.ts";
import { backendOptions, type BackendArguments } from "./run.backend.ts";

/** Options of `bridge-conformance run`; also what `run.impl.ts` gets. */
export interface RunArguments extends BackendArguments {
  "target-upstream-port"?: number;
  suite?: string[];
  case?: string[];
  format: "pretty" | "json";
  "fail-on": "must" | "should";
  out?: string;
  "claude-binary"?: string;
}

const run: CommandModule<object, RunArguments> = {
  command: ["run", "$0"],
  describe: "Run the conformance suites and print the report (the default command)",
  builder: {
    ...MODEL_OPTIONS,
    ...backendOptions,
    target: { ...TEXT, describe: "Test this Messages endpoint instead of the embedded bridge" },
    "target-upstream-port": {
      type: "number",
      requiresArg: true,
      describe: "Port where the target expects its upstream: the scripted model is put there",
    },
    suite: { ...TEXT, array: true, describe: "Only these suites" },
    case: { ...TEXT, array: true, describe: "Only cases whose id matches a glob" },
    format: { choices: ["pretty", "json"], default: "pretty", requiresArg: true, describe: "Of the report" },
    "fail-on": {
      choices: ["must", "should"],
      default: "must",
      requiresArg: true,
      describe: "Exit 1 from this level",
    },
    out: { ...TEXT, describe: "Also write report.json and the evidence of failures into this folder" },
    "claude-binary": { ...TEXT, describe: "Claude Code (default: claude on PATH)" },
  },
  handler: async (argv) => {
    const { runCommand } = await import("./run.impl.ts");
    process.exitCode = await runCommand(argv);
  },
};

export default run;

import type { CommandModule } from "yargs";
import { MODEL_OPTIONS, TEXT } from "../model-options.ts";

/** Options of `bridge-conformance doctor`. */
export interface DoctorArguments {
  "claude-binary"?: string;
  model?: string;
  provider?: "ollama" | "openai";
  "base-url"?: string;
  "api-key"?: string;
}

const doctor: CommandModule<object, DoctorArguments> = {
  command: "doctor",
  describe: "Say what is here, what is missing and how to get it",
  builder: {
    ...MODEL_OPTIONS,
    // Where nothing is translated, nothing is estimated.
    provider: { ...MODEL_OPTIONS.provider, choices: ["ollama", "openai"] },
    model: {
      ...TEXT,
      describe: "Also measure how well this model's tokens are counted (ten short requests)",
    },
    "claude-binary": { type: "string", requiresArg: true, describe: "Claude Code (default: claude on PATH)" },
  },
  handler: async (argv) => {
    const { doctor } = await import("./doctor.impl.ts");
    process.exitCode = await doctor(argv);
  },
};

export default doctor;

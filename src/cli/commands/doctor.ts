import type { CommandModule } from "yargs";

interface DoctorArguments {
  "claude-binary"?: string;
}

const doctor: CommandModule<object, DoctorArguments> = {
  command: "doctor",
  describe: "Say what is here, what is missing and how to get it",
  builder: {
    "claude-binary": { type: "string", requiresArg: true, describe: "Claude Code (default: claude on PATH)" },
  },
  handler: async (argv) => {
    const { doctor } = await import("./doctor.impl.ts");
    process.exitCode = await doctor(argv["claude-binary"]);
  },
};

export default doctor;

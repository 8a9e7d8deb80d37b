import type { CommandModule } from "yargs";

export interface VerifyArguments {
  names: string[];
  "max-age"?: number;
  dir?: string;
}

const verify: CommandModule<object, VerifyArguments> = {
  command: "verify [names..]",
  describe: "Drive recorded requests through the translator again, offline, and compare",
  builder: {
    names: { type: "string", array: true, default: [], describe: "Cassettes (default: all)" },
    "max-age": {
      type: "number",
      requiresArg: true,
      describe: "Days; an older cassette fails (exit 4)",
    },
    dir: {
      type: "string",
      requiresArg: true,
      describe: "Folder of cassettes (default: cassettes)",
    },
  },
  handler: async (argv) => {
    const { verifyCommand } = await import("./verify.impl.ts");
    process.exitCode = await verifyCommand(argv);
  },
};

export default verify;

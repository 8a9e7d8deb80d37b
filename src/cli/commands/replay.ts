import type { CommandModule } from "yargs";

export interface ReplayArguments {
  name: string;
  surface: "front" | "back";
  pace: string;
  "fail-on-drift": boolean;
  dir?: string;
  "claude-binary"?: string;
  /** The command behind `--`. */
  "--"?: string[];
}

const text = { type: "string", requiresArg: true } as const;

const replay: CommandModule<object, ReplayArguments> = {
  command: "replay <name>",
  describe: "Play a cassette: replay NAME [--surface front|back] [-- claude …]",
  builder: {
    name: { type: "string", demandOption: true, describe: "Of the cassette" },
    surface: {
      choices: ["front", "back"],
      default: "front",
      requiresArg: true,
      describe: "front: plays the bridge to the client; back: plays the model's server to the bridge",
    },
    pace: { ...text, default: "gap:5ms", describe: "recorded, gap:5ms, asap or scale:X" },
    "fail-on-drift": { type: "boolean", default: false, describe: "Soft differences fail too" },
    dir: { ...text, describe: "Folder of cassettes (default: cassettes)" },
    "claude-binary": { ...text, describe: "Claude Code (default: claude on PATH)" },
  },
  handler: async (argv) => {
    const { replayCommand } = await import("./replay.impl.ts");
    process.exitCode = await replayCommand(argv);
  },
};

export default replay;

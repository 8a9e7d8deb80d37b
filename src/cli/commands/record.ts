import type { CommandModule } from "yargs";
import { MODEL_OPTIONS, TEXT } from "../model-options.ts";
import { backendOptions, type BackendArguments } from "./run.backend.ts";

export interface RecordArguments extends BackendArguments {
  name: string;
  redact: "published" | "secrets";
  dir?: string;
  repair: boolean;
  strict: boolean;
  set?: string[];
  "web-search"?: string;
  "web-fetch"?: boolean;
  "claude-binary"?: string;
  /** The command behind `--`. */
  "--"?: string[];
}

const record: CommandModule<object, RecordArguments> = {
  command: "record <name>",
  describe: 'Record a session of Claude Code: record NAME [--model M] -- claude -p "…"',
  builder: {
    name: { type: "string", demandOption: true, describe: "Of the cassette" },
    ...MODEL_OPTIONS,
    ...backendOptions,
    redact: {
      choices: ["published", "secrets"],
      default: "published",
      requiresArg: true,
      describe: "published: the client's prose goes too",
    },
    dir: { ...TEXT, describe: "Folder of cassettes (default: cassettes)" },
    repair: {
      type: "boolean",
      default: true,
      describe: "Repair the model's tool calls; --no-repair",
    },
    strict: {
      type: "boolean",
      default: false,
      describe: "Refuse what would otherwise be dropped with a note",
    },
    set: { ...TEXT, array: true, describe: "FLAG=VALUE: what the model can do" },
    "web-search": { ...TEXT, describe: "searxng:URL, brave, ollama or none: who searches the web" },
    "web-fetch": {
      type: "boolean",
      default: false,
      describe: "Let the bridge read public pages for the server tool web_fetch",
    },
    "claude-binary": { ...TEXT, describe: "Claude Code (default: claude on PATH)" },
  },
  handler: async (argv) => {
    const { recordCommand } = await import("./record.impl.ts");
    process.exitCode = await recordCommand(argv);
  },
};

export default record;

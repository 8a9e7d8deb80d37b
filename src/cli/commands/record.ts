import type { CommandModule } from "yargs";

export interface RecordArguments {
  name: string;
  model?: string;
  provider?: "ollama" | "openai";
  "base-url"?: string;
  "api-key"?: string;
  backend: "auto" | "scripted" | "ollama" | "url" | "container";
  redact: "published" | "secrets";
  dir?: string;
  repair: boolean;
  strict: boolean;
  set?: string[];
  "claude-binary"?: string;
  /** The command behind `--`. */
  "--"?: string[];
}

const text = { type: "string", requiresArg: true } as const;

const record: CommandModule<object, RecordArguments> = {
  command: "record <name>",
  describe: 'Record a session of Claude Code: record NAME [--model M] -- claude -p "…"',
  builder: {
    name: { type: "string", demandOption: true, describe: "Of the cassette" },
    model: { ...text, describe: "A live model; without it the embedded scripted model" },
    provider: {
      choices: ["ollama", "openai"],
      requiresArg: true,
      describe: "What the model's server speaks",
    },
    "base-url": { ...text, describe: "Where the model's server is" },
    "api-key": { ...text, describe: "Key of the model's server" },
    backend: {
      choices: ["auto", "scripted", "ollama", "url", "container"],
      default: "auto",
      requiresArg: true,
      describe: "Where the model lives",
    },
    redact: {
      choices: ["published", "secrets"],
      default: "published",
      requiresArg: true,
      describe: "published: the client's prose goes too",
    },
    dir: { ...text, describe: "Folder of cassettes (default: cassettes)" },
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
    set: { ...text, array: true, describe: "FLAG=VALUE: what the model can do" },
    "claude-binary": { ...text, describe: "Claude Code (default: claude on PATH)" },
  },
  handler: async (argv) => {
    const { recordCommand } = await import("./record.impl.ts");
    process.exitCode = await recordCommand(argv);
  },
};

export default record;

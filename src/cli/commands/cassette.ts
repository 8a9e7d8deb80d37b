import type { CommandModule } from "yargs";

export type CassetteAction = "list" | "show" | "diff" | "scan" | "refresh" | "accept" | "migrate";

const ACTIONS: readonly CassetteAction[] = ["list", "show", "diff", "scan", "refresh", "accept", "migrate"];

export interface CassetteArguments {
  action: CassetteAction;
  names: string[];
  dir?: string;
  format?: "pretty" | "jsonl";
  model?: string;
  "base-url"?: string;
  "api-key"?: string;
}

const text = { type: "string", requiresArg: true } as const;

const cassette: CommandModule<object, CassetteArguments> = {
  command: "cassette <action> [names..]",
  describe: "list, show, diff A B, scan for secrets, accept changed translations, refresh, migrate",
  builder: {
    action: { choices: ACTIONS, demandOption: true },
    names: { type: "string", array: true, default: [], describe: "Cassettes" },
    dir: { ...text, describe: "Folder of cassettes (default: cassettes)" },
    format: {
      choices: ["pretty", "jsonl"],
      default: "pretty",
      requiresArg: true,
      describe: "show: jsonl prints the raw requests and responses, a pair a line",
    },
    model: { ...text, describe: "refresh: the model to ask; without it the scripted model" },
    "base-url": { ...text, describe: "refresh: where the model's server is" },
    "api-key": { ...text, describe: "refresh: key of the model's server" },
  },
  handler: async (argv) => {
    const { cassetteCommand } = await import("./cassette.impl.ts");
    process.exitCode = await cassetteCommand(argv);
  },
};

export default cassette;

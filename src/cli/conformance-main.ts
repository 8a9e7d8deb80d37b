import { readdirSync } from "node:fs";
import yargs, { type Argv, type CommandModule } from "yargs";
import { usageError } from "./exit.ts";
import { didYouMean } from "./hint.ts";
import { packageVersion } from "./package-version.ts";
import { runProgram } from "./terminal.ts";

const COMMANDS = new URL("./commands/", import.meta.url);

/** `.ts` from source, `.js` when compiled. */
const EXTENSION = import.meta.url.endsWith(".ts") ? ".ts" : ".js";

/** The command that runs when none is named. */
const DEFAULT = "run";

/** One file per command: `commands/NAME.ts`. Files with a second dot are something else. */
function commandNames(): string[] {
  return readdirSync(COMMANDS)
    .filter((file) => file.endsWith(EXTENSION))
    .map((file) => file.slice(0, -EXTENSION.length))
    .filter((name) => /^[a-z-]+$/.test(name))
    .toSorted();
}

async function load(name: string): Promise<CommandModule> {
  const module = (await import(new URL(name + EXTENSION, COMMANDS).href)) as { default: CommandModule };
  return module.default;
}

/** The named command alone, or all of them when only help can be wanted. */
async function loadFor(args: readonly string[]): Promise<CommandModule[]> {
  const names = commandNames();
  const [first = ""] = args;
  if (first === "--help" || first === "-h") return Promise.all(names.map(load));
  if (first === "" || first.startsWith("-"))
    return Promise.all(names.filter((name) => name === DEFAULT).map(load));
  if (names.includes(first)) return [await load(first)];
  throw usageError(
    `unknown command "${first}"${didYouMean(first, names)} (bridge-conformance --help lists them)`,
  );
}

/** Long options that the help text of the failed command lists. */
function optionsIn(help: string): string[] {
  return [...help.matchAll(/--([A-Za-z][\w-]*)/g)].map(([, name = ""]) => name);
}

/** What yargs found wrong with the command line. */
class ParseFault extends Error {}

/** The parser of one command line. Words after `--` are in `argv["--"]`, untouched. */
function parserOf(commands: CommandModule[]): Argv {
  return yargs()
    .scriptName("bridge-conformance")
    .usage("$0 [command] [options]\n\nProves that Claude Code works over a bridge to a local model.")
    .locale("en")
    .parserConfiguration({ "populate--": true, "parse-positional-numbers": false })
    .command(commands)
    .strict()
    .fail((message, error: unknown) => {
      // An error of the parser's own is a fault of the command line too.
      throw error instanceof Error && error.name !== "YError" ? error : new ParseFault(message);
    })
    .version(packageVersion())
    .help()
    .alias("help", "h")
    .wrap(100)
    .exitProcess(false);
}

async function helpOf(commands: CommandModule[], args: readonly string[]): Promise<string> {
  const [first = ""] = args;
  let help = "";
  const question = first === "" || first.startsWith("-") ? ["--help"] : [first, "--help"];
  await parserOf(commands).parseAsync(question, {}, (_error, _argv, output) => {
    help = output;
  });
  return help;
}

async function explain(
  fault: ParseFault,
  commands: CommandModule[],
  args: readonly string[],
): Promise<Error> {
  const help = await helpOf(commands, args);
  if (fault.message.startsWith("Not enough non-option arguments"))
    return usageError(`an argument is missing: ${help.split("\n", 1)[0]}`);
  const [, unknown] = /^Unknown arguments?: (.*)$/.exec(fault.message) ?? [];
  if (unknown === undefined) return usageError(fault.message);
  const [word = ""] = unknown.split(", ");
  return usageError(`unknown argument "${word}"${didYouMean(word, optionsIn(help), "--")}`);
}

/** `--baseURL`, as `claude-bridge` and its seed have it, is `--base-url`. Words after `--` are others'. */
function respelled(args: readonly string[]): string[] {
  const end = args.indexOf("--");
  return args.map((arg, i) => (end === -1 || i < end ? arg.replace(/^--baseURL(?==|$)/, "--base-url") : arg));
}

/** Program `bridge-conformance`. */
export function conformanceMain(argv: string[]): Promise<void> {
  return runProgram(async () => {
    const args = respelled(argv);
    const commands = await loadFor(args);
    try {
      await parserOf(commands).parseAsync(args);
    } catch (error) {
      throw error instanceof ParseFault ? await explain(error, commands, args) : error;
    }
  });
}

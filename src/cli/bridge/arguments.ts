import yargs, { type Argv } from "yargs";
import { usageError } from "../exit.ts";
import { packageVersion } from "../package-version.ts";
import { splitArguments } from "./split.ts";

/** The command line of `claude-bridge`, split into what is the bridge's and what is Claude Code's. */
export interface BridgeArguments {
  /** Help or version was asked for, and has been printed. */
  answered: boolean;
  /** Provider, model and everything that goes to Claude Code, in order. */
  words: string[];
  baseUrl?: string;
  apiKey?: string;
  debug: boolean;
  /** Keep the session as a cassette. */
  trace: boolean;
  /** Say nothing of the session on stderr. */
  quiet: boolean;
  logDir?: string;
  maxRetries?: number;
  maxOutputTokens?: number;
  claudeBinary?: string;
  repair: boolean;
  strict: boolean;
  /** `--set FLAG=VALUE`. */
  set: Record<string, string>;
  /** As given: `searxng:URL`, `brave`, `ollama` or `none`. */
  webSearch?: string;
  webFetch: boolean;
  host?: string;
  port?: number;
  authToken?: string;
}

/** What `claude-bridge` says of itself when it is given nothing. */
export const USAGE = `claude-bridge [provider [model [claude arguments…]]]  Claude Code on that model
claude-bridge serve PROVIDER MODEL                    the bridge alone

Providers: ollama, openai (any server with /chat/completions), anthropic
(any server with /v1/messages, passed through), openrouter, groq, google,
lmstudio, vllm, llamacpp. Without a model, the provider's models are listed.
The options below may stand anywhere; every other word goes to Claude Code,
as does everything after --.`;

interface Option {
  /** Other spellings. */
  alias?: string[];
  /** Takes a value. */
  valued: boolean;
  describe: string;
}

const OPTIONS: Record<string, Option> = {
  "base-url": { alias: ["baseURL", "baseUrl"], valued: true, describe: "Where the provider's API is" },
  "api-key": { alias: ["apiKey"], valued: true, describe: "Its key (default: the provider's own variable)" },
  debug: { valued: false, describe: "Say how Claude Code is set up; log requests" },
  trace: { valued: false, describe: "Record the session as a cassette, without its secrets" },
  quiet: { valued: false, describe: "No warnings, and no tokens and cost at the end" },
  "log-dir": {
    valued: true,
    describe:
      "Folder of the --debug log (default: .claude-bridge) and of traces (default: the user's state folder)",
  },
  "max-retries": { alias: ["maxRetries"], valued: true, describe: "Retries of a failed upstream request" },
  "max-output-tokens": { valued: true, describe: "The most tokens of one answer" },
  "claude-binary": { valued: true, describe: "Claude Code (default: claude on PATH)" },
  "no-repair": { valued: false, describe: "Pass the model's tool calls on as they are" },
  strict: { valued: false, describe: "Refuse what would otherwise be dropped with a note" },
  set: { valued: true, describe: "FLAG=VALUE: what the model can do; may be repeated" },
  "web-search": {
    valued: true,
    describe: "searxng:URL, brave, ollama or none: who searches the web (key: BRAVE_API_KEY, OLLAMA_API_KEY)",
  },
  "web-fetch": { valued: false, describe: "Let the server tool web_fetch read public pages" },
  host: { valued: true, describe: "serve: the address to listen on (default: 127.0.0.1)" },
  port: { valued: true, describe: "serve: the port to listen on (default: 11435)" },
  "auth-token": { valued: true, describe: "serve: the token that clients must send" },
};

function spellings(valued: boolean): Set<string> {
  const named = Object.entries(OPTIONS).filter(([, option]) => option.valued === valued);
  return new Set(named.flatMap(([name, { alias = [] }]) => [name, ...alias]).map((name) => `--${name}`));
}

/** Without the line breaks inside its sentences: a narrow terminal makes its own. */
function flowing(text: string): string {
  const [commands = "", ...paragraphs] = text.split("\n\n");
  return [commands, ...paragraphs.map((paragraph) => paragraph.replaceAll("\n", " "))].join("\n\n");
}

function parserOf(): Argv {
  const options = Object.entries(OPTIONS).map(
    ([name, { alias = [], valued, describe }]) =>
      [name, { alias, describe, type: valued ? "string" : "boolean" }] as const,
  );
  return yargs()
    .scriptName("claude-bridge")
    .usage(flowing(USAGE))
    .locale("en")
    .parserConfiguration({ "boolean-negation": false, "camel-case-expansion": false })
    .options(Object.fromEntries(options))
    .version(packageVersion())
    .help()
    .alias("help", "h")
    .wrap(Math.min(100, process.stdout.columns || 100))
    .exitProcess(false)
    .fail((message, error: unknown) => {
      // An error of the parser's own is a fault of the command line too.
      throw error instanceof Error && error.name !== "YError" ? error : usageError(message);
    });
}

/** Options of the seed and of the contract that this version does not have. */
const ABSENT: Record<string, string> = {
  "--patch-claude": "Claude Code is not patched any more: it is given a base URL",
};

function refuseAbsent(words: readonly string[]): void {
  const absent = words.find((word) => word in ABSENT);
  if (absent !== undefined) throw usageError(`${absent}: ${ABSENT[absent]}`);
}

function wholeNumber(option: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value)) return Number(value);
  throw usageError(`--${option} takes a whole number, not "${value}"`);
}

function assignments(values: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    values.map((value) => {
      const at = value.indexOf("=");
      if (at < 1) throw usageError(`--set takes FLAG=VALUE, not "${value}"`);
      return [value.slice(0, at), value.slice(at + 1)];
    }),
  );
}

/** Drops the keys whose value is undefined, so that they count as absent. */
function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** Every value given to an option, in order. */
function values(value: unknown): string[] {
  return [value].flat().filter((one) => typeof one === "string");
}

/** @throws CliError exit 2 */
export async function parseBridgeArguments(args: readonly string[]): Promise<BridgeArguments> {
  const flags = new Set([...spellings(false), "--help", "-h", "--version"]);
  const { own, words } = splitArguments(args, flags, spellings(true));
  refuseAbsent(words);
  const argv = await parserOf().parseAsync(own);
  const last = (name: string): string | undefined => values(argv[name]).at(-1);
  return {
    answered: argv["help"] === true || argv["version"] === true,
    words,
    debug: argv["debug"] === true,
    trace: argv["trace"] === true,
    quiet: argv["quiet"] === true,
    repair: argv["no-repair"] !== true,
    strict: argv["strict"] === true,
    webFetch: argv["web-fetch"] === true,
    set: assignments(values(argv["set"])),
    ...defined({
      baseUrl: last("base-url"),
      apiKey: last("api-key"),
      logDir: last("log-dir"),
      maxRetries: wholeNumber("max-retries", last("max-retries")),
      maxOutputTokens: wholeNumber("max-output-tokens", last("max-output-tokens")),
      claudeBinary: last("claude-binary"),
      webSearch: last("web-search"),
      host: last("host"),
      port: wholeNumber("port", last("port")),
      authToken: last("auth-token"),
    }),
  };
}

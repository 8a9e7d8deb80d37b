import { usageError } from "../exit.ts";

export interface Split {
  /** The bridge's own options, each one word: `--name` or `--name=value`. */
  own: string[];
  /** Everything else, in order and untouched. */
  words: string[];
}

/**
 * Takes the bridge's options out of a command line, wherever they stand. Words after `--` are
 * nobody's options. (yargs cannot do this: with `unknown-options-as-args` it takes
 * `--strict-mcp-config` for `--strict`.)
 * @param flags names of options without a value, with their dashes
 * @param valued names of options with a value, with their dashes
 * @throws CliError exit 2 when a value is missing
 */
export function splitArguments(
  args: readonly string[],
  flags: ReadonlySet<string>,
  valued: ReadonlySet<string>,
): Split {
  const end = args.indexOf("--");
  const before = end === -1 ? args : args.slice(0, end);
  const split: Split = { own: [], words: [] };
  for (let i = 0; i < before.length; i++) {
    const word = before[i] ?? "";
    const [name = ""] = word.split("=", 1);
    if (flags.has(word)) split.own.push(word);
    else if (!valued.has(name)) split.words.push(word);
    else if (word !== name) split.own.push(word);
    else {
      const value = before[++i];
      if (value === undefined) throw usageError(`${name} needs a value`);
      split.own.push(`${name}=${value}`);
    }
  }
  if (end !== -1) split.words.push(...args.slice(end + 1));
  return split;
}

import { readFile, readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Expectation, SendSpec, SuiteFile } from "./case.ts";
import { compiledSuite, readCompiled } from "./compiled-suites.ts";
import { SEND_SCHEMA, SUITE_SCHEMA } from "./case-schema.ts";
import type { SuiteOptions } from "./options.ts";
import { PROCEDURES } from "./procedures/index.ts";
import { nameAndArguments, RULES } from "./rules/index.ts";

/** The package's own suites. */
const SUITES_FOLDER: string = fileURLToPath(new URL("../../suites/", import.meta.url));

/** A suite file that cannot be used; the message starts with `file:line:column`. */
class SuiteFileError extends Error {
  override readonly name = "SuiteFileError";
  readonly code = "suite-file";
}

type Path = (string | number)[];

interface Fault {
  path: Path;
  message: string;
}

/**
 * Every `*.yaml` of the folder, in name order, or those that the selection can mean. Throws SuiteFileError
 * at the first file at fault.
 */
export async function loadSuites(
  folder: string = SUITES_FOLDER,
  selection: Selection = {},
): Promise<SuiteFile[]> {
  return (await loadFiles(folder, selection)).map(({ suite }) => suite);
}

/** What was asked for, as in SuiteOptions. */
type Selection = Pick<SuiteOptions, "suites" | "cases">;

/** A suite's file is called as it is, and so begin the ids of its cases. A name that is not there needs all. */
function namesFor(all: readonly string[], { suites, cases }: Selection): readonly string[] {
  const asked = suites ?? cases?.map((glob) => /^[a-z0-9-]+(?=\.)/.exec(glob)?.[0] ?? "");
  const names = new Set(asked?.map((name) => `${name}.yaml`));
  return names.size > 0 && [...names].every((name) => all.includes(name))
    ? all.filter((name) => names.has(name))
    : all;
}

/** The same with names and texts of the files. */
export async function loadFiles(
  folder: string = SUITES_FOLDER,
  selection: Selection = {},
): Promise<{ name: string; text: string; suite: SuiteFile }[]> {
  const all = (await readdir(folder)).filter((name) => name.endsWith(".yaml")).toSorted();
  const names = namesFor(all, selection);
  const compiled = await readCompiled();
  const files: { name: string; text: string; suite: SuiteFile }[] = [];
  const seen = new Set<string>();
  for (const name of names) {
    const file = join(folder, name);
    const text = await readFile(file, "utf8");
    const suite =
      compiledSuite(compiled, name, text) ?? (await parseSuite(text, relative(process.cwd(), file), seen));
    files.push({ name, text, suite });
    for (const { id } of suite.cases) seen.add(id);
  }
  return files;
}

/** One suite from its text. `taken` are case ids that other files already use. */
export async function parseSuite(
  text: string,
  file: string,
  taken: ReadonlySet<string> = new Set(),
): Promise<SuiteFile> {
  const yaml = await import("yaml");
  const lines = new yaml.LineCounter();
  const document = yaml.parseDocument(text, { lineCounter: lines, merge: true });
  const [broken] = document.errors;
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  if (broken !== undefined) {
    throw new SuiteFileError(
      `${at(broken.pos[0])}: ${broken.message.split("\n")[0]?.replace(/ at line.*$/, "")}`,
    );
  }
  const suite = document.toJS({ maxAliasCount: -1 }) as SuiteFile;
  const fault = (await schemaFault(suite)) ?? idFault(suite, taken) ?? (await expectationFault(suite));
  if (fault === undefined) return suite;
  throw new SuiteFileError(`${at(offsetOf(document, fault.path))}: ${fault.message}`);
}

async function schemaFault(suite: unknown): Promise<Fault | undefined> {
  const ajv = await validator();
  const validate = ajv.getSchema("suite");
  if (validate === undefined) throw new Error("the schema of suite files is missing");
  if (validate(suite)) return undefined;
  const errors = validate.errors ?? [];
  const deepest = errors.toSorted((a, b) => b.instancePath.length - a.instancePath.length)[0];
  if (deepest === undefined) return undefined;
  const extra = (deepest.params as { additionalProperty?: string }).additionalProperty;
  const path = pathOf(deepest.instancePath);
  const name = extra === undefined ? "" : ` "${extra}"`;
  return {
    path: extra === undefined ? path : [...path, extra],
    message: `${path.join(".") || "file"} ${deepest.message ?? "is wrong"}${name}`,
  };
}

function idFault(suite: SuiteFile, taken: ReadonlySet<string>): Fault | undefined {
  const seen = new Set(taken);
  for (const [index, { id }] of suite.cases.entries()) {
    const path = ["cases", index, "id"];
    if (!id.startsWith(`${suite.suite}.`))
      return { path, message: `id "${id}" is not of suite ${suite.suite}` };
    if (seen.has(id)) return { path, message: `id "${id}" is used twice` };
    seen.add(id);
  }
  return undefined;
}

/** Rule and procedure names must exist and their arguments fit. */
async function expectationFault(suite: SuiteFile): Promise<Fault | undefined> {
  for (const [index, one] of suite.cases.entries()) {
    const path: Path = ["cases", index];
    const expectations = [
      ...(one.expect ?? []).map((value, at) => ({ value, path: [...path, "expect", at] })),
      ...sendExpectations(one.sends ?? [], [...path, "sends"]),
      ...sendExpectations(one.live ?? [], [...path, "live"]),
    ];
    for (const { value, path: at } of expectations) {
      const fault = await namedFault("rule", RULES, value, at);
      if (fault !== undefined) return fault;
    }
    if (one.procedure !== undefined) {
      const fault = await namedFault("procedure", PROCEDURES, one.procedure, [...path, "procedure"]);
      if (fault !== undefined) return fault;
    }
  }
  return undefined;
}

function sendExpectations(sends: readonly SendSpec[], path: Path): { value: Expectation; path: Path }[] {
  return sends.flatMap((send, index) => [
    ...(send.expect ?? []).map((value, at) => ({ value, path: [...path, index, "expect", at] })),
    ...sendExpectations(send.each ?? [], [...path, index, "each"]),
  ]);
}

async function namedFault(
  what: string,
  registry: Readonly<Record<string, { args: object }>>,
  expectation: Expectation,
  path: Path,
): Promise<Fault | undefined> {
  const [name, args] = nameAndArguments(expectation);
  const entry = Object.hasOwn(registry, name) ? registry[name] : undefined;
  if (entry === undefined)
    return { path, message: `no ${what} is called "${name}"; there are ${Object.keys(registry).join(", ")}` };
  const ajv = await validator();
  const validate = ajv.compile(entry.args);
  if (validate(args)) return undefined;
  return { path, message: `${what} ${name}: ${ajv.errorsText(validate.errors, { dataVar: "arguments" })}` };
}

type Validator = InstanceType<(typeof import("ajv"))["Ajv"]>;
let shared: Validator | undefined;

async function validator(): Promise<Validator> {
  if (shared === undefined) {
    const { Ajv } = await import("ajv");
    shared = new Ajv({ allErrors: true, strict: false, code: { optimize: false } });
    shared.addSchema(SEND_SCHEMA, "send").addSchema(SUITE_SCHEMA, "suite");
  }
  return shared;
}

function pathOf(pointer: string): Path {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step.replaceAll("~1", "/").replaceAll("~0", "~")));
}

/** Offset of the node at the path, or of the nearest one above it. */
function offsetOf(document: { getIn(path: Path, keep: true): unknown }, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as
      | { range?: [number, number, number] }
      | undefined;
    if (node?.range !== undefined) return node.range[0];
  }
  return 0;
}

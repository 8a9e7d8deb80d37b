import { CassetteError } from "../../cassette/errors.ts";
import { readCassette } from "../../cassette/read.ts";
import type { Manifest } from "../../cassette/types.ts";
import { describeFinding } from "../../replay/describe.ts";
import { verifyCassette } from "../../replay/verify.ts";
import { cassetteNames, findCassette } from "../cassettes.ts";
import { errorLine, usageError, worstExit, type ExitCode } from "../exit.ts";
import type { VerifyArguments } from "./verify.ts";

const DAY_MS = 86_400_000;

/** The translator gate. One line per cassette, and one per finding, on stdout. */
export async function verifyCommand(argv: VerifyArguments): Promise<ExitCode> {
  const maxAge = argv["max-age"];
  if (maxAge !== undefined && !(maxAge >= 0)) throw usageError("--max-age takes a number of days, 0 or more");
  const names = argv.names.length > 0 ? argv.names : cassetteNames(argv.dir);
  if (names.length === 0)
    throw usageError("there is no cassette to verify: name one, or its folder with --dir");
  const codes: ExitCode[] = [];
  for (const name of names) codes.push(await verifyOne(name, argv));
  return worstExit(codes);
}

async function verifyOne(name: string, argv: VerifyArguments): Promise<ExitCode> {
  try {
    const cassette = await readCassette(findCassette(name, argv.dir));
    const { exchanges, findings } = await verifyCassette(cassette);
    const expired = ageProblem(cassette.manifest, argv["max-age"]);
    say(
      `${findings.length === 0 && expired === undefined ? "ok  " : "FAIL"} ${name}: ${exchanges} exchanges, ${findings.length} differences`,
    );
    for (const finding of findings) say(`     ${describeFinding(finding)}`);
    if (expired !== undefined) say(`     ${expired}`);
    return worstExit([
      ...findings.map(({ kind }): ExitCode => (kind === "count" ? 4 : 1)),
      ...(expired === undefined ? [] : [4 as const]),
    ]);
  } catch (error) {
    if (!(error instanceof CassetteError)) throw error;
    say(`FAIL ${name}: ${errorLine(error)}`);
    return 4;
  }
}

function ageProblem({ recordedAt, maxAgeDays }: Manifest, limit: number | undefined): string | undefined {
  const days = Math.floor((Date.now() - Date.parse(recordedAt)) / DAY_MS);
  if (limit !== undefined && days > limit)
    return `recorded ${days} days ago, more than the ${limit} of --max-age: record it anew`;
  if (days > maxAgeDays)
    process.stderr.write(`recorded ${days} days ago, more than the ${maxAgeDays} its manifest allows\n`);
  return undefined;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

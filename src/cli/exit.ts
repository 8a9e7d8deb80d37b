/**
 * 0 ok · 1 conformance failure, changed translation, regression · 2 usage · 3 environment missing ·
 * 4 replay miss, unconsumed or corrupt cassette · 5 harness error · 6 inconclusive.
 */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5 | 6;

/** When several things went wrong, the first of these that did is the program's. */
const PRECEDENCE: readonly ExitCode[] = [5, 3, 4, 1, 6, 2];

/** Codes of errors thrown by lower rooms, which know nothing of exit codes. */
const BY_CODE: Record<string, ExitCode> = {
  usage: 2,
  "cassette-exists": 2,
  "backend-interrupted": 5,
  EADDRINUSE: 3,
  EADDRNOTAVAIL: 3,
  EACCES: 3,
};

/** Codes that share a beginning. */
const BY_PREFIX: readonly [prefix: string, exitCode: ExitCode][] = [
  ["backend-", 3],
  ["claude-", 3],
  ["cassette-", 4],
  ["replay-", 4],
];

/** An error that ends the program with one line, `code: message`, and its own exit code. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly code: string;
  readonly exitCode: ExitCode;

  constructor(code: string, exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.exitCode = exitCode;
  }
}

/** A fault in the command line: exit 2. */
export function usageError(message: string): CliError {
  return new CliError("usage", 2, message);
}

export function worstExit(codes: Iterable<ExitCode>): ExitCode {
  const seen = new Set(codes);
  return PRECEDENCE.find((code) => seen.has(code)) ?? 0;
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** An error nobody gave a code is a fault of this program: 5. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CliError) return error.exitCode;
  const code = codeOf(error);
  if (code === undefined) return 5;
  return BY_CODE[code] ?? BY_PREFIX.find(([prefix]) => code.startsWith(prefix))?.[1] ?? 5;
}

/** The error as one line for a terminal: its code first, no stack. */
export function errorLine(error: unknown): string {
  const message = (error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, " ");
  return `${codeOf(error) ?? "internal-error"}: ${message}`;
}

/** Why a cassette cannot be used. */
export type CassetteFault =
  | "missing"
  | "empty"
  | "corrupt"
  | "hostile"
  | "newer"
  | "exists"
  | "too-large"
  | "secret";

/** One line: `[code] what happened, where, what to do`. */
export class CassetteError extends Error {
  override readonly name = "CassetteError" as const;
  readonly code: CassetteFault;

  constructor(code: CassetteFault, message: string, options?: ErrorOptions) {
    super(`[${code}] ${message}`, options);
    this.code = code;
  }
}

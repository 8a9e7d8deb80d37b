/** Why a cassette cannot be used. */
export type CassetteFault = "missing" | "empty" | "corrupt" | "hostile" | "newer" | "exists" | "too-large";

/** A cassette that cannot be used, or not be written. The message says what, where and what to do. */
export class CassetteError extends Error {
  override readonly name = "CassetteError" as const;
  readonly fault: CassetteFault;
  readonly code: `cassette-${CassetteFault}`;

  constructor(fault: CassetteFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
    this.code = `cassette-${fault}`;
  }
}

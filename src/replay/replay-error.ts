/** Why nothing was recorded or replayed. */
export type ReplayFault =
  | "usage"
  | "replay-empty"
  | "record-not-closed-under-redaction"
  | "record-secret-left";

/** A recording or a replay that cannot stand. */
export class ReplayError extends Error {
  override readonly name = "ReplayError" as const;
  readonly code: ReplayFault;

  constructor(code: ReplayFault, message: string) {
    super(message);
    this.code = code;
  }
}

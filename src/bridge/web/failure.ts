import type { FetchErrorCode, Outcome, SearchErrorCode } from "../../translate/server-tools/outcome.ts";

/** A call of a web tool that cannot be served; becomes its result, never an HTTP error. */
export class WebFailure extends Error {
  override readonly name = "WebFailure" as const;
  readonly code: SearchErrorCode | FetchErrorCode;

  /** `why`: one sentence for the model, without addresses or keys of the bridge's own. */
  constructor(code: SearchErrorCode | FetchErrorCode, why: string, cause?: unknown) {
    super(why, { cause });
    this.code = code;
  }

  outcome(): Outcome {
    return { kind: "error", code: this.code, why: this.message };
  }
}

/** What an `AbortSignal.timeout` gives as its reason. */
export function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === "TimeoutError";
}

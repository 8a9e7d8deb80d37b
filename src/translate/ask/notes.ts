import { invalidRequest } from "../../messages/api-error.ts";

/**
 * What was dropped from a request because it cannot change the answer, as codes for the
 * `x-bridge-notes` header. In strict mode the same is refused, with the field's path; only what every
 * request of a real client carries and no model server could use (cache markers, telemetry) is not.
 */
export class Notes {
  readonly #strict: boolean;
  readonly #codes = new Set<string>();

  constructor(strict: boolean) {
    this.#strict = strict;
  }

  get codes(): string[] {
    return [...this.#codes];
  }

  /** Throws `ApiError` 400 in strict mode. */
  add(code: string, path: string, why: string): void {
    if (this.#strict) throw invalidRequest(path, `${why} (refused because of --strict)`);
    this.#codes.add(code);
  }

  /** For what is noted in strict mode too. */
  addHarmless(code: string): void {
    this.#codes.add(code);
  }
}

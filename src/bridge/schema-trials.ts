import { lowerings } from "../translate/ask/lower-tools.ts";
import type { Translation } from "../translate/request.ts";
import type { UpstreamFailure } from "../upstream/errors.ts";
import type { ModelFlags } from "../upstream/flags.ts";

/** What one request goes through whose tools' schemas an upstream refuses: less and less of them, until it is taken. */
export class SchemaTrials {
  /** What is tried now; undefined while nothing was refused. */
  lowered: Partial<ModelFlags> | undefined;
  #steps: Iterator<Partial<ModelFlags>> | undefined;
  #refused: { failure: UpstreamFailure; body: string | undefined } | undefined;

  /** Takes a refusal; false when it is not about a schema, or nothing is left to try. */
  next(failure: UpstreamFailure, { context, upstream }: Translation, flags: ModelFlags): boolean {
    if (failure.feature !== "schema") return false;
    this.#steps ??= lowerings(context.tools, flags, failure.message);
    this.#refused = { failure, body: upstream.body };
    return this.#advance();
  }

  /** When a step has changed nothing, the refusal of the same request. */
  known({ upstream }: Translation): UpstreamFailure | undefined {
    return this.#refused?.body === upstream.body ? this.#refused?.failure : undefined;
  }

  #advance(): boolean {
    const step = this.#steps?.next();
    if (step === undefined || step.done === true) return false;
    this.lowered = step.value;
    return true;
  }
}

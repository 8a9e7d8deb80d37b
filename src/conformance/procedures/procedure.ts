import type { Finding } from "../../strict/finding.ts";
import type { ClientFacts } from "../blame/client.ts";
import type { CaseSpec, SendSpec } from "../case.ts";
import type { Exchange } from "../exchange.ts";
import type { LiveModel } from "../options.ts";
import type { Send } from "../send.ts";
import type { World } from "../world.ts";

/** What a procedure may do: everything goes through the case's own world. */
export interface ProcedureContext {
  world: World;
  spec: CaseSpec;
  /** Claude Code, for cases of kind `client` and those that a live model does with it. */
  binary: string | undefined;
  /** The model that is judged; null where its words are ours. */
  live: LiveModel | null;
  /** Longest time of the case, ms. */
  limitMs: number;
  /** The sends of the case, expanded. */
  sends: readonly Send[];
  /** Further sends, made from data as in a case. */
  expand(specs: readonly SendSpec[]): Send[];
  /**
   * Sends, waits for the whole answer, and judges it like any other: expectations, strict checks, SDK.
   * `elsewhere` stands in for the case's own world.
   */
  send(send: Send, elsewhere?: World): Promise<{ exchange: Exchange; findings: Finding[] }>;
  /** The same at one moment. What reached the upstream is not told apart: `upstream` is null. */
  sendTogether(sends: readonly Send[]): Promise<{ exchange: Exchange; findings: Finding[] }[]>;
  /** Judges an exchange that the procedure made itself, as `send` does with its own. */
  judge(exchange: Exchange): Promise<Finding[]>;
  /** Hands over a session of the real client, for the judge of blame. */
  keep: (exchanges: readonly Exchange[], client: ClientFacts) => void;
  signal: AbortSignal;
}

/** For what data cannot say: concurrency, sweeps, order of arrival. Gives findings, like a rule. */
export interface Procedure<A> {
  /** JSON schema of its arguments (`{ type: "null" }`: none). */
  args: object;
  /** It has a live model work with the real client: cases of kind `capable` may name it. */
  live?: true;
  run(context: ProcedureContext, args: A): Promise<Finding[]>;
}

export type ProcedureSet = Readonly<Record<string, Procedure<never>>>;

/** Types the arguments; the loader has checked them against the schema. */
export function procedure<A>(
  args: object,
  run: (context: ProcedureContext, args: A) => Promise<Finding[]>,
  more: Pick<Procedure<A>, "live"> = {},
): Procedure<A> {
  return { args, run, ...more };
}

import { toolUses } from "../tool-uses.ts";
import type { Examined } from "./examine.ts";

/** How a session of the real client went, beside its requests. */
export interface ClientFacts {
  /** 128 + n after a signal. */
  exitCode: number;
  timedOut: boolean;
  /** The client's own word for its end; null when it gave none. */
  terminal: string | null;
  /** Tools that did otherwise than they were told, one sentence each. */
  misdeeds: string[];
  /** The end of what it printed. */
  log: string;
}

/** Ends that the client states truly and that the model's answers bring about. */
const OF_THE_MODEL = new Set([
  "malformed_tool_use_exhausted",
  "max_turns",
  "prompt_too_long",
  "blocking_limit",
]);

interface Fault {
  who: "client" | "model";
  why: string;
}

/**
 * What the client did wrong, or the model made it do, in a session whose answers were all legal and
 * faithful; null: nothing.
 */
export function clientFault(client: ClientFacts, examined: readonly Examined[]): Fault | null {
  const [misdeed] = client.misdeeds;
  if (misdeed !== undefined) return { who: "client", why: misdeed };
  const pending = unsentResults(examined);
  if (client.timedOut) return hung(pending, examined.length);
  const { exitCode, terminal } = client;
  const cut = lastStop(examined) === "max_tokens";
  if (exitCode !== 0 && (OF_THE_MODEL.has(terminal ?? "") || cut))
    return { who: "model", why: `its answers made the client give up (${cut ? "max_tokens" : terminal})` };
  if (exitCode !== 0)
    return { who: "client", why: `the answers were good, and the client ended with exit code ${exitCode}` };
  const [name] = pending;
  if (name !== undefined) return { who: "client", why: `the client never sent the result of ${name}` };
  return examined.length === 0 ? { who: "client", why: "the client asked for nothing" } : null;
}

function hung(pending: readonly string[], answers: number): Fault {
  const [name] = pending;
  if (name === "Bash") return { who: "model", why: "the command that it called for did not end in time" };
  const doing = name === undefined ? "had its last answer" : `had to run ${name}`;
  return { who: "client", why: `the client ${doing} and did not end by itself, after ${answers} answers` };
}

/** Names of called tools of which no later request holds a result. */
function unsentResults(examined: readonly Examined[]): string[] {
  return toolUses(examined.map(({ exchange }) => exchange))
    .filter(({ turn, result }) => result === null && examined[turn]?.front.kind === "answer")
    .map(({ name }) => name);
}

function lastStop(examined: readonly Examined[]): string | null {
  const front = examined.at(-1)?.front;
  return front?.kind === "answer" ? front.said.finish : null;
}

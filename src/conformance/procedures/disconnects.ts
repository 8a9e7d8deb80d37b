import { setTimeout as sleep } from "node:timers/promises";
import type { Finding } from "../../strict/finding.ts";
import type { Exchange } from "../exchange.ts";
import type { Send } from "../send.ts";
import { chatRequests, performSend, type World } from "../world.ts";
import { onSocket, plainRequest, queueFor } from "./on-socket.ts";
import { procedure, type Procedure, type ProcedureContext } from "./procedure.ts";

interface Arguments {
  /** How often all of them come and go. */
  rounds: number;
  /** Longest wait for the target to leave its model server; default 5000, generous, since only its absence is judged. */
  patienceMs?: number;
}

/**
 * Each send's client leaves while the model server, which would go on for ever (`end: stall`), is being read: one
 * whose name begins with `at the first bytes` when these are there, one with `half-closed` by closing its sending side
 * only, all others once their request has reached the model server. Each time the target must leave the model server
 * too. The sends without a stall come at the end and are judged as ever: all is as before.
 */
export const disconnects: Procedure<Arguments> = procedure(
  {
    type: "object",
    required: ["rounds"],
    additionalProperties: false,
    properties: { rounds: { type: "integer", minimum: 1 }, patienceMs: { type: "integer" } },
  },
  async (context, { rounds, patienceMs = 5_000 }) => {
    const left = context.sends.filter(isEndless);
    const findings: Finding[] = [];
    for (let round = 0; round < rounds && findings.length === 0; round++)
      for (const send of left) findings.push(...(await comeAndGo(context, send, patienceMs)));
    for (const send of context.sends)
      if (!isEndless(send)) findings.push(...(await context.send(send)).findings);
    return findings;
  },
);

function isEndless({ answers }: Send): boolean {
  return answers.flat().some((item) => "end" in item && item.end === "stall");
}

async function comeAndGo(context: ProcedureContext, send: Send, patienceMs: number): Promise<Finding[]> {
  const { world } = context;
  const within = (holds: () => boolean): Promise<boolean> => eventually(holds, patienceMs);
  if (send.name.startsWith("half-closed")) return halfClose(context, send, within);
  const leaving = new AbortController();
  const atFirst = send.name.startsWith("at the first bytes");
  const ended = performSend(world, send, [], {
    signal: AbortSignal.any([world.signal, leaving.signal]),
    leave: () => atFirst,
  }).catch((error: unknown): null => {
    if (leaving.signal.aborted) return null;
    throw error;
  });
  const reached = await within(() => isAsked(world));
  if (!atFirst) leaving.abort();
  const exchange = await ended;
  if (!reached) return [wrong(send, "the request does not reach the model server", exchange)];
  return (await within(() => isLeft(world)))
    ? []
    : [wrong(send, "the client has left, but the model server is still being read", exchange)];
}

/** The target may take it for leaving, or answer all the same: what it may not do is keep both sides open. */
async function halfClose(
  { world }: ProcedureContext,
  send: Send,
  within: (holds: () => boolean) => Promise<boolean>,
): Promise<Finding[]> {
  queueFor(world, [send]);
  return onSocket(world, async (connection) => {
    connection.write(plainRequest(send, world));
    if (!(await within(() => isAsked(world))))
      return [wrong(send, "the request does not reach the model server", null)];
    connection.socket.end();
    // A target that goes on for a client that can still read is left by closing the other side too.
    if (await eventually(() => isLeft(world), 300)) return [];
    connection.socket.destroy();
    return (await within(() => isLeft(world)))
      ? []
      : [wrong(send, "the client has left, but the model server is still being read", null)];
  });
}

function isAsked(world: World): boolean {
  return (chatRequests(world) ?? []).length > 0;
}

function isLeft({ scripted }: World): boolean {
  return (scripted?.requests ?? []).every(({ closedBy }) => closedBy !== null);
}

async function eventually(holds: () => boolean, patienceMs: number): Promise<boolean> {
  for (let waited = 0; !holds() && waited < patienceMs; waited += 5) await sleep(5);
  return holds();
}

function wrong({ name }: Send, message: string, exchange: Exchange | null): Finding {
  return {
    rule: "disconnects",
    message: `[${name}] ${message}`,
    evidence: exchange?.text ?? "",
    severity: "error",
  };
}

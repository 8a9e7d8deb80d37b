import type { Finding } from "../../strict/finding.ts";
import { headerOf } from "../exchange.ts";
import { NoAnswer } from "../http.ts";
import type { RawConnection } from "../raw-http.ts";
import type { Send } from "../send.ts";
import { onSocket, plainRequest, queueByText, queueFor, readAndJudge } from "./on-socket.ts";
import { procedure, type Procedure, type ProcedureContext } from "./procedure.ts";

interface Arguments {
  /** How often all sends go out on the one connection, in turn. */
  rounds: number;
}

/**
 * The case's sends in turn, many times on one connection, which is opened anew where the target closes it after
 * an answer; then all at once, without waiting (each answer must come in its turn); then as HTTP/1.0.
 */
export const oneConnection: Procedure<Arguments> = procedure(
  {
    type: "object",
    required: ["rounds"],
    additionalProperties: false,
    properties: { rounds: { type: "integer", minimum: 1 } },
  },
  async (context, { rounds }) => {
    const turns = Array.from({ length: rounds }, () => context.sends).flat();
    const found = await inTurn(turns, context);
    if (found.length > 0) return found;
    return [...(await pipelined(context)), ...(await asOld(context))];
  },
);

async function inTurn(turns: readonly Send[], context: ProcedureContext): Promise<Finding[]> {
  const left = [...turns];
  while (left.length > 0) {
    const found = await onSocket(context.world, async (connection) => {
      for (let send = left[0]; send !== undefined; send = left[0]) {
        const { findings, closes } = await sendOn(connection, send, context);
        left.shift();
        if (findings.length > 0 || closes) return named("in turn", findings);
      }
      return [];
    });
    if (found.length > 0) return found;
  }
  return [];
}

async function sendOn(
  connection: RawConnection,
  send: Send,
  context: ProcedureContext,
  version?: string,
): Promise<Outcome> {
  queueFor(context.world, [send]);
  connection.write(plainRequest(send, context.world, version));
  return readOn(connection, send, context);
}

interface Outcome {
  findings: Finding[];
  /** The target says that it closes the connection after this answer: what follows needs another. */
  closes: boolean;
}

async function readOn(connection: RawConnection, send: Send, context: ProcedureContext): Promise<Outcome> {
  try {
    const { exchange, findings } = await readAndJudge(connection, send, context);
    return { findings, closes: /close/i.test(headerOf(exchange.response, "connection") ?? "") };
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return { findings: [noAnswer(`[${send.name}] ${error.message}`)], closes: true };
  }
}

async function pipelined(context: ProcedureContext): Promise<Finding[]> {
  const { sends, world } = context;
  queueByText(world, sends);
  return onSocket(world, async (connection) => {
    connection.write(Buffer.concat(sends.map((send) => plainRequest(send, world))));
    for (const send of sends) {
      const { findings, closes } = await readOn(connection, send, context);
      if (findings.length > 0 || closes) return named("pipelined", findings);
    }
    return [];
  });
}

/** A connection each, which the target must close. */
async function asOld(context: ProcedureContext): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const send of context.sends) {
    found.push(
      ...(await onSocket(context.world, async (connection) => {
        const { findings } = await sendOn(connection, send, context, "1.0");
        if (findings.length > 0 || (await connection.closed())) return findings;
        return [noAnswer(`[${send.name}] the connection stays open`)];
      })),
    );
  }
  return named("HTTP/1.0", found);
}

function named(how: string, findings: readonly Finding[]): Finding[] {
  return findings.map((one) => ({ ...one, message: `(${how}) ${one.message}` }));
}

function noAnswer(message: string): Finding {
  return { rule: "answers", message, evidence: "", severity: "error" };
}

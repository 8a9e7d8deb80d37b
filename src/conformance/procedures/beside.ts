import { isDeepStrictEqual } from "node:util";
import type { Finding } from "../../strict/finding.ts";
import { excerpt, show, valueAt } from "../path.ts";
import type { Send } from "../send.ts";
import { performSend } from "../world.ts";
import { procedure, type Procedure, type ProcedureContext } from "./procedure.ts";

interface Arguments {
  /** The send that is being answered all the while. */
  running: string;
  /** How many of the others go out at one moment, in turn. */
  count: number;
  /** Path of the value that must be what it is when the send is alone. */
  at: string;
}

/** Longest wait for the first text of the running answer, ms. */
const PATIENCE_MS = 5_000;

/**
 * The other sends alone; then many of them at one moment while the model speaks and does not end. Each must
 * give what it gave alone, and the running answer must be there still.
 */
export const beside: Procedure<Arguments> = procedure(
  {
    type: "object",
    required: ["running", "count", "at"],
    additionalProperties: false,
    properties: {
      running: { type: "string" },
      count: { type: "integer", minimum: 2 },
      at: { type: "string" },
    },
  },
  async (context, { running, count, at }) => {
    const others = context.sends.filter(({ name }) => name !== running);
    const findings: Finding[] = [];
    const alone = new Map<string, unknown>();
    for (const one of others) {
      const { exchange, findings: found } = await context.send(one);
      findings.push(...found);
      alone.set(one.name, valueAt(exchange.json, at));
    }
    const run = await startRunning(context, running);
    const many = Array.from({ length: count }, (_, index) => others[index % others.length] as Send);
    for (const { exchange, findings: found } of await context.sendTogether(many)) {
      const [value, due] = [valueAt(exchange.json, at), alone.get(exchange.send.name)];
      findings.push(...found);
      if (!isDeepStrictEqual(value, due))
        findings.push(
          wrong(`[${exchange.send.name}] ${at} is ${show(value)}, and ${show(due)} alone`, exchange.text),
        );
    }
    const text = await run?.stop();
    if (run !== null && text !== undefined) findings.push(wrong("the answer that was running is over", text));
    return findings.slice(0, 5);
  },
);

interface Running {
  /** Ends it; the text so far when it had ended by itself. */
  stop(): Promise<string | undefined>;
}

/** Null where no model server of ours can be made to go on for ever. */
async function startRunning({ world, sends }: ProcedureContext, name: string): Promise<Running | null> {
  const send = sends.find((one) => one.name === name);
  if (send === undefined || world.scripted === null) return null;
  const leaving = new AbortController();
  const begun = Promise.withResolvers<void>();
  const signal = AbortSignal.any([world.signal, leaving.signal]);
  let over: string | undefined;
  const perform = async (): Promise<void> => {
    try {
      const leave = (): boolean => {
        begun.resolve();
        return false;
      };
      over = (await performSend(world, send, [], { signal, leave })).text;
    } catch (error) {
      if (!leaving.signal.aborted) over = String(error);
    }
  };
  const answer = perform();
  const late = setTimeout(begun.resolve, PATIENCE_MS);
  await Promise.race([begun.promise, answer]);
  clearTimeout(late);
  return {
    stop: async () => {
      const found = over;
      leaving.abort();
      await answer;
      return found;
    },
  };
}

function wrong(message: string, evidence: string): Finding {
  return { rule: "beside", message, evidence: excerpt(evidence), severity: "error" };
}

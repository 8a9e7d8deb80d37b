import { setTimeout as sleep } from "node:timers/promises";
import type { Finding } from "../../strict/finding.ts";
import type { Exchange } from "../exchange.ts";
import type { World } from "../world.ts";
import { procedure, type Procedure } from "./procedure.ts";

interface Arguments {
  /** Longest wait for the target to leave; default 5000, generous, since only its absence is judged. */
  patienceMs?: number;
}

/**
 * The case's sends in turn. When a model server that would go on for ever (`end: stall`) was answered
 * with a success, the target must have left it.
 */
export const leaves: Procedure<Arguments | null> = procedure(
  {
    type: ["object", "null"],
    additionalProperties: false,
    properties: { patienceMs: { type: "integer" } },
  },
  async (context, args) => {
    const findings: Finding[] = [];
    for (const one of context.sends) {
      const { exchange, findings: found } = await context.send(one);
      findings.push(...found);
      const endless = one.answers.flat().some((item) => "end" in item && item.end === "stall");
      if (endless && !(await isLeft(context.world, args?.patienceMs ?? 5_000)))
        findings.push(stays(exchange));
    }
    return findings;
  },
);

async function isLeft({ scripted }: World, patienceMs: number): Promise<boolean> {
  const isOpen = (): boolean => scripted?.requests.at(-1)?.closedBy === null;
  for (let waited = 0; isOpen() && waited < patienceMs; waited += 10) await sleep(10);
  return !isOpen();
}

function stays({ send, text }: Exchange): Finding {
  return {
    rule: "leaves",
    message: `[${send.name}] the answer is over, but the model server is still being read`,
    evidence: text,
    severity: "error",
  };
}

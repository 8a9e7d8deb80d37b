import type { Finding } from "../../strict/finding.ts";
import type { Send } from "../send.ts";
import { renderAnswer } from "../upstream-answer/render.ts";
import type { World } from "../world.ts";
import { procedure, type Procedure, type ProcedureContext } from "./procedure.ts";

interface Arguments {
  /** Names of sends that go out once per offset of their upstream's bytes, cut there. */
  offsets?: string[];
}

/** Sends at one moment. */
const BATCH = 24;

/** More would only repeat them. */
const MOST_FINDINGS = 3;

/**
 * The case's sends many at a time, since a cut costs waiting and no work. Which upstream answer
 * meets which send is then open, so all expectations must hold for all answers. A batch at fault
 * is sent again one by one, and those findings count: they name the cut.
 */
export const sweep: Procedure<Arguments> = procedure(
  {
    type: "object",
    additionalProperties: false,
    properties: { offsets: { type: "array", items: { type: "string" } } },
  },
  async (context, { offsets = [] }) => {
    const sends = context.sends.flatMap((send) =>
      offsets.includes(send.name) ? atEveryOffset(send, context.world) : [send],
    );
    const findings: Finding[] = [];
    for (let at = 0; at < sends.length && findings.length === 0; at += BATCH)
      findings.push(...(await sendBatch(context, sends.slice(at, at + BATCH))));
    return findings;
  },
);

async function sendBatch(context: ProcedureContext, batch: readonly Send[]): Promise<Finding[]> {
  const together = await context.sendTogether(batch);
  if (together.every(({ findings }) => findings.length === 0)) return [];
  const found: Finding[] = [];
  for (const send of batch) {
    found.push(...(await context.send(send)).findings);
    if (found.length >= MOST_FINDINGS) break;
  }
  return found.slice(0, MOST_FINDINGS);
}

function atEveryOffset(send: Send, { dialect }: World): Send[] {
  const script = send.answers.flatMap((answer) => renderAnswer(answer, dialect, true, "whole"));
  const length = script.reduce((sum, step) => sum + ("write" in step ? Buffer.byteLength(step.write) : 0), 0);
  return Array.from({ length: length - 1 }, (_, index): Send => ({ ...send, split: `at:${index + 1}` }));
}

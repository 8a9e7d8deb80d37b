import { setTimeout as sleep } from "node:timers/promises";
import type { Finding } from "../../strict/finding.ts";
import { openRaw, type RawConnection } from "../raw-http.ts";
import type { Send } from "../send.ts";
import { queueAnswer } from "../world.ts";
import { plainRequest } from "./on-socket.ts";
import { procedure, type Procedure, type ProcedureContext } from "./procedure.ts";

interface Arguments {
  /** Megabytes that the model server says: more than the sockets in between hold by themselves. */
  megabytes: number;
  /** How long the client reads nothing, ms. What a target may have read by then, it has put aside. */
  pauseMs: number;
}

const PIECE = 256 * 1024;
const MARK = "#";
/** Longest wait for the start of the answer, and for all of it once it is read, ms. */
const PATIENCE_MS = 30_000;

/**
 * The first send's client stops reading after the first bytes, while the model server has megabytes to say: the
 * target must not take them all in. The other sends go out meanwhile. Then the client reads on, and must get all.
 */
export const slowReader: Procedure<Arguments> = procedure(
  {
    type: "object",
    required: ["megabytes", "pauseMs"],
    additionalProperties: false,
    properties: {
      megabytes: { type: "integer", minimum: 1 },
      pauseMs: { type: "integer", minimum: 1 },
    },
  },
  async (context, args) => {
    const [slow, ...others] = context.sends;
    if (slow === undefined) return [];
    const connection = await openRaw(context.world.url, PATIENCE_MS);
    try {
      return await readSlowly(context, connection, slow, others, args);
    } finally {
      connection.socket.destroy();
    }
  },
);

async function readSlowly(
  context: ProcedureContext,
  connection: RawConnection,
  slow: Send,
  others: readonly Send[],
  { megabytes, pauseMs }: Arguments,
): Promise<Finding[]> {
  const { world } = context;
  const { socket } = connection;
  const pieces = Math.ceil((megabytes * 1024 * 1024) / PIECE);
  const reader = countMarks(socket);
  world.scripted?.reset();
  queueAnswer(world, [{ text: Array<string>(pieces).fill(MARK.padEnd(PIECE, "x")) }], "line");
  connection.write(plainRequest(slow, world));
  if (!(await reader.until((marks) => marks > 0))) return [wrong(slow, "no text comes")];
  socket.pause();
  const asked = world.scripted?.requests.at(-1);
  const isSaid = (): boolean => (asked?.closedBy ?? null) !== null;
  const findings: Finding[] = [];
  for (const one of others) findings.push(...(await context.send(one)).findings);
  for (let waited = 0; waited < pauseMs && !isSaid(); waited += 20) await sleep(20);
  if (isSaid())
    findings.push(wrong(slow, `the client reads nothing, and the target has read all ${megabytes} MB`));
  socket.resume();
  if (!(await reader.until((marks) => marks === pieces)))
    findings.push(wrong(slow, `${reader.marks()} of ${pieces} pieces have come`));
  return findings;
}

/** Counts pieces as their bytes come, and keeps none. */
function countMarks(socket: RawConnection["socket"]): {
  marks(): number;
  until(holds: (marks: number) => boolean): Promise<boolean>;
} {
  let count = 0;
  socket.removeAllListeners("data");
  socket.on("data", (bytes: Buffer) => {
    for (let at = bytes.indexOf(MARK); at !== -1; at = bytes.indexOf(MARK, at + 1)) count++;
  });
  return {
    marks: () => count,
    async until(holds) {
      for (let waited = 0; waited < PATIENCE_MS && !socket.destroyed; waited += 5) {
        if (holds(count)) return true;
        await sleep(5);
      }
      return holds(count);
    },
  };
}

function wrong({ name }: Send, message: string): Finding {
  return { rule: "slow-reader", message: `[${name}] ${message}`, evidence: "", severity: "error" };
}

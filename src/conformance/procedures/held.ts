import { jsonOf } from "../json.ts";
import type { Finding } from "../../strict/finding.ts";
import { SseDecoder } from "../../wire/sse.ts";
import type { AnswerItem, CallSpec } from "../case.ts";
import type { Exchange } from "../exchange.ts";
import { excerpt, recordOf, show } from "../path.ts";
import type { Send } from "../send.ts";
import { textSoFar } from "../unpack.ts";
import { performSend } from "../world.ts";
import { procedure, type Procedure, type ProcedureContext } from "./procedure.ts";

interface Arguments {
  /** Names of the sends that are held; the others go out in turn and are judged as ever. By default all are held. */
  of?: string[];
  /** What the model says, a chunk each. */
  pieces: string[];
  /** `text` by default; `arguments`: pieces of the arguments of one call. */
  as?: "text" | "reasoning" | "arguments";
  /** The call that the arguments are of. */
  call?: CallSpec;
  /** What the client must have after each piece; by default all that was said. */
  seen?: string[];
}

/** Longest wait for a delta that is due, ms: generous, since only its absence is judged. */
const PATIENCE_MS = 5_000;

/**
 * Once per piece: the model server says everything up to it and holds; the client must have what is
 * due, while the upstream's answer is still open. So no delta waits for what comes after it, and no clock is asked.
 */
export const held: Procedure<Arguments> = procedure(
  {
    type: "object",
    required: ["pieces"],
    additionalProperties: false,
    properties: {
      of: { type: "array", items: { type: "string" } },
      pieces: { type: "array", minItems: 1, items: { type: "string" } },
      as: { enum: ["text", "reasoning", "arguments"] },
      call: { type: "object" },
      seen: { type: "array", items: { type: "string" } },
    },
  },
  async (context, args) => {
    const findings: Finding[] = [];
    for (const send of context.sends) {
      if (args.of?.includes(send.name) === false) {
        findings.push(...(await context.send(send)).findings);
        continue;
      }
      for (let count = 1; count <= args.pieces.length && findings.length === 0; count++)
        findings.push(...(await holdAfter(context, send, args, count)));
    }
    return findings;
  },
);

async function holdAfter(
  { world }: ProcedureContext,
  send: Send,
  args: Arguments,
  count: number,
): Promise<Finding[]> {
  const said = args.pieces.slice(0, count);
  const due = args.seen?.[count - 1] ?? said.join("");
  const answers: AnswerItem[][] = [[itemOf(said, args), { end: "stall" }]];
  let received = Buffer.alloc(0);
  let seen = "";
  const leave = (_soFar: number, bytes: Uint8Array): boolean => {
    received = Buffer.concat([received, bytes]);
    seen = new SseDecoder()
      .push(Buffer.from(textSoFar(received)))
      .map(({ data }) => deltaOf(data))
      .join("");
    return seen === due;
  };
  const exchange = await performSend(world, { ...send, answers }, [], { timeoutMs: PATIENCE_MS, leave });
  if (seen === due) return [];
  return [
    {
      rule: "held",
      message: `after ${count} of ${args.pieces.length} pieces the client has "${seen}", not "${due}"`,
      evidence: evidenceOf(exchange),
      severity: "error",
    },
  ];
}

function itemOf(said: string[], { as = "text", call }: Arguments): AnswerItem {
  if (as === "arguments") return { call: { ...call, fragments: said } };
  return as === "text" ? { text: said } : { reasoning: said };
}

function deltaOf(data: string): string {
  const delta = recordOf(recordOf(jsonOf(data))["delta"]);
  return show(delta["text"] ?? delta["thinking"] ?? delta["partial_json"] ?? "");
}

function evidenceOf({ text, response }: Exchange): string {
  return excerpt(`HTTP ${response.status}\n${text}`);
}

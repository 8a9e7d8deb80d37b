import { automaticFindings } from "../automatic.ts";
import type { AnswerItem } from "../case.ts";
import type { Finding } from "../../strict/finding.ts";
import { readExchange, type Exchange } from "../exchange.ts";
import { NoAnswer, sendHttp } from "../http.ts";
import { excerpt, show, valueAt } from "../path.ts";
import type { Send } from "../send.ts";
import { queueAnswer } from "../world.ts";
import { procedure, type Procedure, type ProcedureContext } from "./procedure.ts";

interface Arguments {
  /** Streams at one moment. Every third is left after its first bytes; one is broken off by the model server. */
  count: number;
}

/** Longest silence of one stream, ms. */
const PATIENCE_MS = 15_000;
/** The one whose upstream fails. */
const FAILS = 4;
/** More would only repeat them. */
const MOST_FINDINGS = 6;
const TOKEN = /tok-(\d+)-kot/g;

/**
 * The case's send at one moment many times, each with a token of its own in all that the model server says: text,
 * thinking, tool names, ids and usage. No answer may hold another's token, and each that is not left ends well.
 */
export const isolation: Procedure<Arguments> = procedure(
  {
    type: "object",
    required: ["count"],
    additionalProperties: false,
    properties: { count: { type: "integer", minimum: 6 } },
  },
  async (context, { count }) => {
    const [send] = context.sends;
    if (send === undefined) return [];
    const { world } = context;
    world.scripted?.reset();
    for (let n = 0; n < count; n++) queueAnswer(world, (body) => answerOf(numberIn(body)), "line");
    const streams = Array.from({ length: count }, (_, n) => streamOf(context, send, n));
    const found = await Promise.all(streams);
    return found.flatMap((findings) => findings.slice(0, 1)).slice(0, MOST_FINDINGS);
  },
);

function numberIn(text: string): number {
  return Number(/tok-(\d+)-kot/.exec(text)?.[1] ?? -1);
}

function tokenOf(n: number): string {
  return `tok-${n}-kot`;
}

/** Pauses that differ, so that the streams cross. */
function answerOf(n: number): AnswerItem[] {
  const token = tokenOf(n);
  const pause = { wait: 1 + ((n * 7) % 11) };
  if (n === FAILS) return [{ text: token }, pause, { end: "cut" }];
  return [
    { reasoning: `thinking ${token}` },
    pause,
    { text: `text ${token}` },
    pause,
    { call: { name: token, arguments: { value: token } } },
    { usage: { prompt: 1000 + n, completion: 100 + n } },
  ];
}

function isLeft(n: number): boolean {
  return n % 3 === 2;
}

async function streamOf(context: ProcedureContext, send: Send, n: number): Promise<Finding[]> {
  const { world, signal } = context;
  const token = tokenOf(n);
  const tool = {
    name: token,
    description: token,
    input_schema: { type: "object", properties: { value: { type: "string" } } },
  };
  const body = JSON.stringify({
    ...send.request,
    ...(world.model !== null && { model: world.model }),
    messages: [{ role: "user", content: token }],
    tools: [tool],
    thinking: { type: "adaptive" },
    stream: true,
  });
  const { method, path, headers } = send;
  const one: Send = { ...send, name: `stream ${n}`, mode: "stream" };
  const leave = (): boolean => isLeft(n);
  try {
    const response = await sendHttp(
      world.url,
      { method, path, headers, body },
      { signal, timeoutMs: PATIENCE_MS, leave },
    );
    const exchange = readExchange(one, { method, path, headers, body }, response, null);
    return [...foreignTokens(exchange, n), ...(isLeft(n) ? [] : await endFindings(exchange, n, context))];
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return [wrong(n, error.message, "")];
  }
}

function foreignTokens({ text }: Exchange, n: number): Finding[] {
  const others = [...text.matchAll(TOKEN)].filter(([, number]) => Number(number) !== n);
  return others.length === 0 ? [] : [wrong(n, `has ${show(others[0]?.[0])} of another stream`, text)];
}

async function endFindings(exchange: Exchange, n: number, { world }: ProcedureContext): Promise<Finding[]> {
  const message = exchange.answer?.message;
  if (n === FAILS)
    return exchange.answer?.error == null
      ? [wrong(n, "its upstream broke off, and it has no error", exchange.text)]
      : [];
  const judged = await automaticFindings(exchange, { scripted: true, foreign: world.foreign });
  const values: [what: string, value: unknown, due: unknown][] = [
    ["content.0.thinking", valueAt(message, "content.0.thinking"), `thinking ${tokenOf(n)}`],
    ["content.1.text", valueAt(message, "content.1.text"), `text ${tokenOf(n)}`],
    ["content.2.name", valueAt(message, "content.2.name"), tokenOf(n)],
    ["content.2.input.value", valueAt(message, "content.2.input.value"), tokenOf(n)],
    ["usage.output_tokens", valueAt(message, "usage.output_tokens"), 100 + n],
  ];
  return [
    ...judged.map((one) => ({ ...one, message: `[stream ${n}] ${one.message}` })),
    ...values
      .filter(([, value, due]) => value !== due)
      .map(([what, value, due]) => wrong(n, `${what} is ${show(value)}, not ${show(due)}`, exchange.text)),
  ];
}

function wrong(n: number, message: string, evidence: string): Finding {
  return {
    rule: "isolation",
    message: `[stream ${n}] ${message}`,
    evidence: excerpt(evidence),
    severity: "error",
  };
}

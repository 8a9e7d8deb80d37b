import type { Finding } from "../strict/finding.ts";
import { automaticFindings } from "./automatic.ts";
import type { ClientFacts } from "./blame/client.ts";
import type { CaseSpec, SendSpec } from "./case.ts";
import { parseDuration, showDuration } from "./duration.ts";
import { showRequest, type Exchange } from "./exchange.ts";
import { NoAnswer } from "./http.ts";
import { sayableSends } from "./engine/select-sends.ts";
import { excerpt } from "./path.ts";
import { isTask, PROCEDURES } from "./procedures/index.ts";
import type { ProcedureContext } from "./procedures/procedure.ts";
import { differs } from "./rules/answer.ts";
import { judgeExpectations, nameAndArguments } from "./rules/index.ts";
import type { Job } from "./select.ts";
import { expandSends, type Send } from "./send.ts";
import { isOverdue, performSend, performSends, type World } from "./world.ts";

/** What a case found, and everything it sent and got. */
export interface CaseOutcome {
  findings: Finding[];
  exchanges: Exchange[];
  /** The real client, when it made the requests. */
  client: ClientFacts | null;
}

/** Longest run of one case that names no limit, ms. */
const CASE_MS = 90_000;

/** Longest run of a case, ms. */
export function limitOf({ limit }: Pick<CaseSpec, "limit">): number {
  return (limit === undefined ? null : parseDuration(limit)) ?? CASE_MS;
}

/** Runs one case in a world of its own. Throws only when the harness itself is at fault. */
export async function runCase(job: Row, world: World, binary?: string): Promise<CaseOutcome> {
  const { spec, suite } = job;
  const exchanges: Exchange[] = [];
  let client: ClientFacts | null = null;
  const send = async (
    one: Send,
    elsewhere: World = world,
  ): Promise<{ exchange: Exchange; findings: Finding[] }> => {
    const exchange = await performSend(elsewhere, one, exchanges);
    const findings = await judgeExchange(exchange, exchanges, elsewhere);
    exchanges.push(exchange);
    return { exchange, findings };
  };
  const expand = (sends: readonly SendSpec[]): Send[] =>
    expandSends({ ...spec, sends: [...sends] }, suite.defaults, world.dialect);
  const live = job.kind === "any" || job.kind === "capable";
  const sends = sendsOf(job, expand((live ? spec.live : spec.sends) ?? []));
  try {
    if (spec.procedure === undefined || (live && !isTask(spec)))
      return { findings: await sendAll(sends, send), exchanges, client };
    const [name, args] = nameAndArguments(spec.procedure);
    const procedure = PROCEDURES[name];
    if (procedure === undefined) throw new Error(`no procedure is called "${name}"`);
    const sendTogether = (many: readonly Send[]): Promise<{ exchange: Exchange; findings: Finding[] }[]> =>
      performTogether(world, many);
    const judge = (exchange: Exchange): Promise<Finding[]> => judgeExchange(exchange, exchanges, world);
    const keep: ProcedureContext["keep"] = (seen, facts) => {
      exchanges.push(...seen);
      client = facts;
    };
    const model = { live: job.live ?? null, limitMs: limitOf(spec), keep, signal: world.signal };
    const context = { world, spec, binary, sends, send, sendTogether, judge, expand, ...model };
    return { findings: await procedure.run(context, args as never), exchanges, client };
  } catch (error) {
    const message =
      error instanceof NoAnswer
        ? error.message
        : isOverdue(world)
          ? `no answer in ${showDuration(limitOf(spec))}`
          : null;
    if (message === null) throw error;
    const findings: Finding[] = [{ rule: "answers", message, evidence: "", severity: "error" }];
    return { findings, exchanges, client };
  }
}

type Row = Pick<Job, "spec" | "suite" | "kind"> & Partial<Pick<Job, "mode" | "way" | "live">>;

/** A real engine gets what it can say; of the embedded modes only the first gets bytes, which are the same in all. */
function sendsOf({ spec, suite, mode, way }: Row, all: Send[]): Send[] {
  if (way != null) return sayableSends(spec, suite.defaults, way).sends;
  return mode === "jinja" || mode === "parser" ? all.filter(({ says }) => says !== null) : all;
}

async function performTogether(
  world: World,
  sends: readonly Send[],
): Promise<{ exchange: Exchange; findings: Finding[] }[]> {
  const exchanges = await performSends(world, sends);
  return Promise.all(
    exchanges.map(async (exchange) => ({ exchange, findings: await judgeExchange(exchange, [], world) })),
  );
}

async function sendAll(
  sends: readonly Send[],
  send: (one: Send) => Promise<{ findings: Finding[] }>,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const one of sends) findings.push(...(await send(one)).findings);
  return findings;
}

/** Expectations, automatic checks and agreement over splits; each finding says which send it is of. */
async function judgeExchange(
  exchange: Exchange,
  earlier: readonly Exchange[],
  world: Pick<World, "dialect" | "scripted" | "foreign">,
): Promise<Finding[]> {
  const found = [
    ...judgeExpectations(exchange.send.expect, {
      exchange,
      earlier,
      dialect: world.dialect,
      upstreamOrigin: world.scripted?.url ?? null,
    }),
    ...(await automaticFindings(exchange, { scripted: world.scripted !== null, foreign: world.foreign })),
    ...splitFindings(exchange, earlier),
  ];
  const label = labelOf(exchange.send);
  const sent = showRequest(exchange);
  return found.map((one) => ({
    ...one,
    message: `[${label}] ${one.message}`,
    evidence: `${sent}\n${one.evidence}`,
  }));
}

/** However the upstream's bytes are cut, the message is the same. */
function splitFindings(exchange: Exchange, earlier: readonly Exchange[]): Finding[] {
  const { name, mode, split } = exchange.send;
  const first = earlier.find(({ send }) => send.name === name && send.mode === mode && send.split !== split);
  if (first === undefined || first.answer === null || exchange.answer === null) return [];
  const difference = differs(first, exchange);
  if (difference === null) return [];
  const message = `${difference} depends on how the upstream's bytes are cut (${first.send.split} / ${split})`;
  return [{ rule: "split-invariant", message, evidence: excerpt(exchange.text), severity: "error" }];
}

function labelOf(send: Send): string {
  const parts = [send.name, send.mode, send.split === "line" ? null : `split ${send.split}`];
  return parts.filter((part) => part !== null).join(", ");
}

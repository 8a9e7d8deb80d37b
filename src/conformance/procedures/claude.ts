import type { Finding } from "../../strict/finding.ts";
import type { AnswerItem, Expectation } from "../case.ts";
import type { Exchange } from "../exchange.ts";
import { mismatch } from "../match.ts";
import { show } from "../path.ts";
import { automaticFindings } from "../automatic.ts";
import { judgeExpectations } from "../rules/index.ts";
import { queueAnswer, type World } from "../world.ts";
import { fallbackFindings } from "./claude-traffic.ts";
import {
  clientFacts,
  clientLog,
  inScratch,
  runTapped,
  type FolderContents,
  type Session,
} from "./client-session.ts";
import { procedure, type Procedure } from "./procedure.ts";

interface Arguments extends FolderContents {
  prompt: string;
  /** One upstream answer per request that the client is to make, in order. `${cwd}` is its folder. */
  turns: AnswerItem[][];
  env?: Record<string, string>;
  /** Exit code: a number, or a match. */
  exit: unknown;
  /** What the user sees: a text, or a match. */
  result?: unknown;
  /** Requests to `/v1/messages`; by default one per turn. */
  requests?: unknown;
  /** Rules over the exchange of a turn, by its number from 1: its upstream request and its answer. */
  expect?: Record<string, Expectation[]>;
  /** Requests that ask for no stream, or are sent twice, are allowed up to this number. */
  repeats?: number;
}

const CLIENT_MS = 60_000;

const object = { type: "object" };

/**
 * A session of the real Claude Code against the target, through a tap. Besides what the case asks:
 * every stream passes the strict checks, nothing is asked again without a stream, nothing twice.
 */
export const claude: Procedure<Arguments> = procedure(
  {
    type: "object",
    required: ["prompt", "turns", "exit"],
    additionalProperties: false,
    properties: {
      prompt: { type: "string" },
      turns: { type: "array", items: { type: "array", items: object } },
      files: object,
      fixtures: { type: "object", additionalProperties: { type: "string" } },
      env: object,
      exit: {},
      result: {},
      requests: {},
      expect: { type: "object", additionalProperties: { type: "array" } },
      repeats: { type: "integer" },
    },
  },
  async ({ world, binary, keep }, args) =>
    inScratch(args, async (cwd, home) => {
      for (const turn of inFolder(args.turns, cwd)) queueAnswer(world, turn, "line");
      const session = await runTapped(world, {
        prompt: args.prompt,
        cwd,
        home,
        timeoutMs: CLIENT_MS,
        ...(binary === undefined ? {} : { binary }),
        env: { CLAUDE_CODE_MAX_RETRIES: "1", ...args.env },
      });
      keep(session.exchanges, clientFacts(session));
      return judgeSession(session, args, world);
    }),
);

/** `${cwd}` in any text of the turns. */
function inFolder(turns: AnswerItem[][], cwd: string): AnswerItem[][] {
  return JSON.parse(
    JSON.stringify(turns).replaceAll("${cwd}", () => JSON.stringify(cwd).slice(1, -1)),
  ) as AnswerItem[][];
}

async function judgeSession({ run, exchanges }: Session, args: Arguments, world: World): Promise<Finding[]> {
  const said = run.result?.result ?? "";
  const log = clientLog(run);
  const judging = { scripted: false, foreign: world.foreign };
  const streams = await Promise.all(exchanges.map((exchange) => automaticFindings(exchange, judging)));
  return [
    ...(run.timedOut ? [problem("the client did not end by itself", log)] : []),
    ...complain(mismatch(run.exitCode, args.exit), "exit code", log),
    ...("result" in args ? complain(mismatch(said, args.result), "what the user sees", log) : []),
    ...complain(
      mismatch(exchanges.length, args.requests ?? args.turns.length),
      "number of requests",
      requestList(exchanges),
    ),
    ...fallbackFindings(exchanges, args.repeats ?? 0),
    ...streams.flat(),
    ...turnFindings(exchanges, args, world),
  ];
}

function turnFindings(exchanges: readonly Exchange[], args: Arguments, world: World): Finding[] {
  return Object.entries(args.expect ?? {}).flatMap(([turn, expectations]) => {
    const at = Number(turn) - 1;
    const exchange = exchanges[at];
    if (exchange === undefined) return [problem(`there was no request ${turn}`, requestList(exchanges))];
    const context = {
      exchange,
      earlier: exchanges.slice(0, at),
      dialect: world.dialect,
      upstreamOrigin: world.scripted?.url ?? null,
    };
    return judgeExpectations(expectations, context).map((found) => ({
      ...found,
      message: `[turn ${turn}] ${found.message}`,
    }));
  });
}

function requestList(exchanges: readonly Exchange[]): string {
  return exchanges
    .map(({ request, response }) => `${request.method} ${request.path} -> ${response.status}`)
    .join("\n");
}

function complain(wrong: string | null, what: string, evidence: string): Finding[] {
  return wrong === null ? [] : [problem(`${what} ${wrong}`, evidence)];
}

function problem(message: string, evidence: string): Finding {
  return { rule: "claude", message, evidence: show(evidence), severity: "error" };
}

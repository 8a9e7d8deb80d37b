import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Difference } from "../cassette/diff.ts";
import type { Redactor } from "../cassette/redact.ts";
import type { Cassette, RecordedRequest, RecordedResponse, ResponseTiming } from "../cassette/types.ts";
import { Matcher, type Candidate, type Miss } from "./match.ts";
import { missAnswer } from "./miss-answer.ts";
import type { Pace } from "./pace.ts";
import { play } from "./play.ts";
import { EXCHANGE_HEADER } from "./tap.ts";

export type Surface = "front" | "back";

export interface PlayerOptions {
  /** `front`: the cassette is the bridge, for a client; `back`: it is the model server, for a bridge. */
  surface: Surface;
  /** By default `asap`. */
  pace?: Pace;
  /** Redacts live requests as the recorded ones were; made for the machine the client runs on. */
  redactor: Redactor;
}

export interface Drift {
  exchange: string;
  differences: Difference[];
}

/** What a replay came to. */
export interface ReplayReport {
  total: number;
  served: string[];
  /** Served without a soft difference. */
  exact: number;
  /** Served while an earlier exchange was still waiting. */
  reordered: number;
  unconsumed: string[];
  drift: Drift[];
  misses: Miss[];
  pace: Pace;
}

export interface Player {
  url: string;
  port: number;
  report(): ReplayReport;
  close(): Promise<void>;
}

interface Answer {
  response: RecordedResponse;
  timing: ResponseTiming | undefined;
}

/** Serves a cassette on a loopback socket. A request it has no answer for is a miss, never a guess. */
export async function startPlayer(cassette: Cassette, options: PlayerOptions): Promise<Player> {
  const { surface, redactor } = options;
  const pace = options.pace ?? "asap";
  const { candidates, answers } = surface === "front" ? frontHop(cassette) : backHop(cassette);
  const matcher = new Matcher(candidates, cassette.manifest.places);
  const report: ReplayReport = {
    total: candidates.length,
    served: [],
    exact: 0,
    reordered: 0,
    unconsumed: [],
    drift: [],
    misses: [],
    pace,
  };

  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const live = await requestOf(incoming);
    if (surface === "front") redactor.learnRequest(live.body);
    else redactor.learn(Buffer.from(live.body).toString("utf8"));
    const match = matcher.match({ ...live, body: redactor.body(live.body) }, redactor.places);
    if (match.kind === "miss") {
      report.misses.push(match.miss);
      return missAnswer(match.miss, surface, cassette.manifest.bridge.provider, outgoing);
    }
    report.served.push(match.id);
    if (match.reordered) report.reordered++;
    if (match.drift.length > 0) report.drift.push({ exchange: match.id, differences: match.drift });
    else report.exact++;
    const answer = answers.get(match.id);
    if (answer !== undefined) await play(answer.response, answer.timing, pace, outgoing);
  };

  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch(() => outgoing.destroy());
  });
  server.on("connection", (socket) => socket.setNoDelay(true));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    report: () => ({ ...report, unconsumed: matcher.unconsumed() }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Hop {
  candidates: Candidate[];
  answers: Map<string, Answer>;
}

function frontHop({ exchanges }: Cassette): Hop {
  return {
    candidates: exchanges.map(({ id, clientRequest }) => ({ id, request: clientRequest })),
    answers: new Map(
      exchanges.map(({ id, bridgeResponse, timing }) => [
        id,
        { response: bridgeResponse, timing: timing.front ?? undefined },
      ]),
    ),
  };
}

/** Upstream requests go by `0003.2`: the second one of exchange 0003. */
function backHop({ exchanges, unpaired }: Cassette): Hop {
  const hops = [
    ...unpaired.map((hop, index) => ({ id: `0000.${index + 1}`, hop, timing: undefined })),
    ...exchanges.flatMap(({ id, upstream, timing }) =>
      upstream.map((hop, index) => ({ id: `${id}.${index + 1}`, hop, timing: timing.upstream[index] })),
    ),
  ];
  return {
    candidates: hops.map(({ id, hop }) => ({ id, request: hop.bridgeRequest })),
    answers: new Map(hops.map(({ id, hop, timing }) => [id, { response: hop.upstreamResponse, timing }])),
  };
}

export async function requestOf(incoming: IncomingMessage): Promise<RecordedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const headers = ["anthropic-beta", EXCHANGE_HEADER].flatMap((name): [string, string][] => {
    const value = incoming.headers[name];
    return typeof value === "string" ? [[name, value]] : [];
  });
  return {
    method: incoming.method ?? "GET",
    path: incoming.url ?? "/",
    headers,
    body: new Uint8Array(Buffer.concat(chunks)),
  };
}

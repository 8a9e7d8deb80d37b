import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Difference } from "../cassette/diff.ts";
import type { Redactor } from "../cassette/redact.ts";
import type { Cassette, RecordedRequest } from "../cassette/types.ts";
import type { Miss } from "./match.ts";
import { missAnswer } from "./miss-answer.ts";
import type { Pace } from "./pace.ts";
import { play } from "./play.ts";
import { PlayedHop, type Surface } from "./played-hop.ts";
import { EXCHANGE_HEADER } from "./tap.ts";

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

/** Serves a cassette on a loopback socket. A request it has no answer for is a miss, never a guess. */
export async function startPlayer(cassette: Cassette, options: PlayerOptions): Promise<Player> {
  const { surface } = options;
  const pace = options.pace ?? "asap";
  const hop = new PlayedHop(cassette, surface, options.redactor);
  const report: ReplayReport = {
    total: hop.total,
    served: [],
    exact: 0,
    reordered: 0,
    unconsumed: [],
    drift: [],
    misses: [],
    pace,
  };

  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const taken = hop.take(await requestOf(incoming));
    if (taken.kind === "miss") {
      report.misses.push(taken.miss);
      return missAnswer(taken.miss, surface, cassette.manifest.bridge.provider, outgoing);
    }
    report.served.push(taken.id);
    if (taken.reordered) report.reordered++;
    if (taken.drift.length > 0) report.drift.push({ exchange: taken.id, differences: taken.drift });
    else report.exact++;
    await play(taken.response, taken.timing, pace, outgoing);
  };

  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch(() => outgoing.destroy());
  });
  server.keepAliveTimeout = 0;
  server.on("connection", (socket) => socket.setNoDelay(true));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    report: () => ({ ...report, unconsumed: hop.unconsumed() }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
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

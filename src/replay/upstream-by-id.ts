import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Cassette, RecordedRequest, RecordedResponse, ResponseTiming } from "../cassette/types.ts";
import { isChat } from "./compare.ts";
import { play } from "./play.ts";
import { requestOf } from "./player.ts";

/** The recorded model server, for verification. */
export interface UpstreamById {
  origin: string;
  /** What was asked for one exchange, in order. */
  asked(exchange: string): RecordedRequest[];
  close(): Promise<void>;
}

interface Reply {
  route: string;
  response: RecordedResponse;
  timing: ResponseTiming | undefined;
}

/** Above this the bridge had begun its answer before the upstream did. */
const SLOW_MS = 2_000;

/**
 * Gives the recorded upstream bytes of the exchange that a request belongs to, in their order: by the
 * mark, never by content, so that a changed request is answered as it was and then compared.
 */
export async function startUpstreamById(cassette: Cassette, exchangeOf: () => string): Promise<UpstreamById> {
  const asked = new Map<string, RecordedRequest[]>();
  const replies = new Map(
    cassette.exchanges.map(({ id, upstream, timing }) => [
      id,
      upstream.map(({ bridgeRequest, upstreamResponse }, index): Reply => ({
        route: routeOf(bridgeRequest),
        response: upstreamResponse,
        timing: timing.upstream[index],
      })),
    ]),
  );
  const probes = [...cassette.exchanges.flatMap(({ upstream }) => upstream), ...cassette.unpaired].filter(
    ({ bridgeRequest }) => !isChat(bridgeRequest),
  );

  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const request = await requestOf(incoming);
    const mark = request.headers.find(([name]) => name === "x-bridge-exchange")?.[1] ?? exchangeOf();
    asked.set(mark, [...(asked.get(mark) ?? []), request]);
    const own = replies.get(mark) ?? [];
    const index = own.findIndex(({ route }) => route === routeOf(request));
    const reply = index >= 0 ? own.splice(index, 1)[0] : undefined;
    // A question about the server may come at another time than it did.
    const probe = probes.find(({ bridgeRequest }) => routeOf(bridgeRequest) === routeOf(request));
    const response = reply?.response ?? (isChat(request) ? undefined : probe?.upstreamResponse);
    if (response === undefined) {
      outgoing.writeHead(isChat(request) ? 410 : 404, { "x-should-retry": "false" }).end();
      return;
    }
    if ((reply?.timing?.headersAt ?? 0) > SLOW_MS) await sleep(SLOW_MS + 500);
    await play(response, reply?.timing, "asap", outgoing);
  };

  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: (exchange) => asked.get(exchange) ?? [],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function routeOf({ method, path }: RecordedRequest): string {
  return `${method} ${path}`;
}

import { AsyncLocalStorage } from "node:async_hooks";
import type { Server } from "node:http";
import { JsonMemo } from "../wire/json-memo.ts";
import { createFetchSource } from "./content/fetch-source.ts";
import { ContentResolver } from "./content/resolve.ts";
import type { Core } from "./core.ts";
import { handle } from "./handle.ts";
import { randomIds } from "./ids.ts";
import { SILENT } from "./log.ts";
import { createMetrics } from "./metrics.ts";
import { ModelKnowledge } from "./model-knowledge.ts";
import { ModelList } from "./models.ts";
import { OpenMetrics } from "./open-metrics.ts";
import { TokenCounts } from "./token-counts.ts";
import { createNodeServer, listenOn, type Handler } from "./node-server.ts";
import { resolveSettings, type Bridge, type BridgeOptions } from "./options.ts";
import { PrefixWatch } from "./prefix-watch.ts";
import { createProbe } from "./probe-model.ts";
import { createScrub } from "./scrub.ts";
import { createUpstreamClient } from "./upstream-client.ts";
import { fetchOver } from "./web-fetch.ts";
import { throughSeam, type WebSeam } from "./web/seam.ts";
import { createWeb, type WebSeams } from "./web/web.ts";

/**
 * A Messages endpoint in front of one model server. Nothing is sent upstream before the first
 * request, so it starts while the upstream is down. Throws BridgeOptionsError.
 */
export function createBridge(options: BridgeOptions): Bridge {
  return createBridgeWith(options, {});
}

/** What no option can set: only tests and replay do. */
export interface BridgeSeams extends Omit<WebSeams, "through"> {
  /** Sees every request that the bridge makes to the web, and answers it. */
  web?: WebSeam;
}

/** The same with what no option can set: the library does not export it. */
export function createBridgeWith(options: BridgeOptions, seams: BridgeSeams): Bridge {
  // It costs every promise something, so only who looks at the web pays for it.
  const marks = seams.web === undefined ? null : new AsyncLocalStorage<string | undefined>();
  const ways = webSeams(seams, () => marks?.getStore());
  const core = createCore(options, ways);
  const handlerOf =
    (boundTo: string | null): Handler =>
    (request, sink) => {
      const serve = (): Promise<void> => handle(core, request, sink, boundTo);
      return marks === null ? serve() : marks.run(request.headers["x-bridge-exchange"], serve);
    };
  let server: Server | null = null;
  const close = async (): Promise<void> => {
    const closed = server === null ? Promise.resolve() : closeServer(server);
    server = null;
    await Promise.all([closed, core.client.close(), core.web.close()]);
  };
  return {
    metrics: core.metrics,
    fetch: (request) => fetchOver(handlerOf(null), request),
    async listen() {
      const { host } = core.settings;
      server = createNodeServer(handlerOf(host));
      const port = await listenOn(server, host, core.settings.port);
      return { url: `http://${host.includes(":") ? `[${host}]` : host}:${port}`, port };
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function webSeams({ web, ...seams }: BridgeSeams, mark: () => string | undefined): WebSeams {
  if (web === undefined) return seams;
  return { ...seams, through: (live, way) => throughSeam(live, way, web, mark) };
}

function createCore(options: BridgeOptions, seams: WebSeams): Core {
  const settings = resolveSettings(options);
  const client = createUpstreamClient(settings);
  return {
    settings,
    client,
    knowledge: new ModelKnowledge(settings, createProbe(settings, client)),
    bodies: new JsonMemo("tools"),
    models: new ModelList(),
    content: new ContentResolver(
      createFetchSource(seams.through === undefined ? {} : { through: seams.through }),
    ),
    prefixes: new PrefixWatch(),
    web: createWeb(settings.web, seams),
    log: options.log ?? SILENT,
    tokens: new TokenCounts(),
    metrics: createMetrics(),
    openMetrics: new OpenMetrics(),
    scrub: createScrub([
      settings.apiKey,
      settings.authToken,
      options.baseUrl,
      settings.origin,
      new URL(settings.origin).host,
      settings.web.search?.key ?? null,
    ]),
    newIds: options.ids ?? randomIds,
  };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

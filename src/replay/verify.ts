import { createBridgeWith } from "../bridge/bridge.ts";
import type { BridgeOptions } from "../bridge/options.ts";
import type { BridgeSettings, Cassette, Exchange, WebHop } from "../cassette/types.ts";
import { compareExchange, type Finding, type Rerun } from "./compare.ts";
import { drive } from "./drive.ts";
import { idsOfCurrent, timesOfCurrent } from "./recorded-ids.ts";
import { recordedWeb, SEARCH_SERVICE, viewOf, type RecordedWeb } from "./recorded-web.ts";
import { startUpstreamById, type UpstreamById } from "./upstream-by-id.ts";

export interface VerifyOptions {
  /** Longest time for one exchange, in milliseconds; by default 20 s. */
  timeoutMs?: number;
}

export interface VerifyReport {
  /** Front requests driven. */
  exchanges: number;
  findings: Finding[];
  reruns: Map<string, Rerun>;
}

/**
 * The translator gate: drives every recorded front request through the bridge again, gives it the
 * recorded upstream bytes, and compares what it asks and what it answers with what it did then.
 * Needs neither model nor client nor network beyond loopback.
 */
export async function verifyCassette(cassette: Cassette, options: VerifyOptions = {}): Promise<VerifyReport> {
  let current: Exchange | undefined;
  const upstream = await startUpstreamById(cassette, () => current?.id ?? "");
  const web = recordedWeb(cassette, { lenient: true });
  const bridge = createBridgeWith(
    { ...bridgeOptions(cassette.manifest.bridge, upstream.origin), ids: idsOfCurrent(() => current) },
    { web: web.seam, now: timesOfCurrent(() => current) },
  );
  const report: VerifyReport = { exchanges: 0, findings: [], reruns: new Map() };
  const relayed = cassette.manifest.bridge.provider === "anthropic";
  const concurrent = sinceConcurrency(cassette.exchanges);
  try {
    for (const exchange of cassette.exchanges) {
      current = exchange;
      report.exchanges++;
      const rerun = await rerunExchange(
        (request) => bridge.fetch(request),
        exchange,
        { upstream, web },
        options.timeoutMs ?? 20_000,
      );
      if (exchange.pairing === "none") report.findings.push(unpaired(exchange.id));
      if ("front" in rerun) {
        report.reruns.set(exchange.id, rerun);
        report.findings.push(
          ...compareExchange(exchange, rerun, { estimates: !concurrent.has(exchange.id), relayed }),
        );
      } else report.findings.push(rerun);
    }
    report.findings.push(...web.left().map(unfetched));
  } finally {
    await bridge.close();
    await upstream.close();
  }
  return report;
}

/** The options of the bridge that was recorded, before another upstream and no web. */
export function bridgeOptions(
  { maxOutputTokens, web, basePath, ...settings }: BridgeSettings,
  origin: string,
): BridgeOptions {
  const search =
    web.search === null ? {} : { search: { kind: web.search, url: SEARCH_SERVICE, key: "none" } };
  return {
    ...settings,
    baseUrl: origin + basePath,
    calibrate: false,
    web: { ...search, fetch: web.fetch },
    ...(maxOutputTokens === null ? {} : { maxOutputTokens }),
  };
}

async function rerunExchange(
  fetch: (request: Request) => Promise<Response>,
  exchange: Exchange,
  { upstream, web }: { upstream: UpstreamById; web: RecordedWeb },
  timeoutMs: number,
): Promise<Rerun | Finding> {
  try {
    const front = await drive(fetch, exchange.id, exchange.clientRequest, exchange.bridgeResponse, timeoutMs);
    return { front, upstream: upstream.asked(exchange.id), web: web.asked(exchange.id) };
  } catch (error) {
    const got = (error as Error).message;
    return {
      kind: "changed",
      exchange: exchange.id,
      hop: "front",
      difference: { pointer: "", recorded: exchange.bridgeResponse.end, got },
    };
  }
}

/**
 * The exchanges from the first two on that ran at the same time. They are driven one after the other,
 * so what the bridge learns from one answer for the next estimate comes in another order.
 */
function sinceConcurrency(exchanges: readonly Exchange[]): Set<string> {
  let running = 0;
  const first = exchanges.findIndex(({ timing: { front } }) => {
    const overlaps = front !== null && front.requestAt < running;
    running = Math.max(running, (front?.requestAt ?? 0) + (front?.endAt ?? Infinity));
    return overlaps;
  });
  return new Set(first < 0 ? [] : exchanges.slice(Math.max(0, first - 1)).map(({ id }) => id));
}

function unpaired(exchange: string): Finding {
  return {
    kind: "count",
    exchange,
    hop: "upstream",
    difference: { pointer: "/pairing", recorded: "none", got: undefined },
  };
}

function unfetched({ exchange, hop }: { exchange: string; hop: WebHop }): Finding {
  const difference = { pointer: "", recorded: viewOf(hop.origin, hop.request), got: undefined };
  return { kind: "count", exchange, hop: "web", difference };
}

import { createBridgeWith } from "../bridge/bridge.ts";
import type { BridgeSettings, Cassette, Exchange } from "../cassette/types.ts";
import { compareExchange, type Finding, type Rerun } from "./compare.ts";
import { drive } from "./drive.ts";
import { recordedIds } from "./recorded-ids.ts";
import { recordedSources } from "./recorded-sources.ts";
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
  const ids = (): ReturnType<typeof recordedIds> => recordedIds(current?.bridgeResponse ?? NOTHING);
  const settings = { ...bridgeOptions(cassette.manifest.bridge, upstream), ids };
  const bridge = createBridgeWith(settings, { fetchSource: recordedSources(() => current) });
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
        upstream,
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
  } finally {
    await bridge.close();
    await upstream.close();
  }
  return report;
}

const NOTHING = {
  status: null,
  headers: [],
  body: new Uint8Array(),
  cuts: [],
  end: "complete",
} as const satisfies Exchange["bridgeResponse"] | object;

function bridgeOptions(
  settings: BridgeSettings,
  upstream: UpstreamById,
): Parameters<typeof createBridgeWith>[0] {
  const { provider, basePath, model, repair, strict, maxRetries, maxOutputTokens, set, flags } = settings;
  return {
    provider,
    baseUrl: upstream.origin + basePath,
    model,
    repair,
    strict,
    maxRetries,
    set,
    flags,
    calibrate: false,
    ...(maxOutputTokens === null ? {} : { maxOutputTokens }),
  };
}

async function rerunExchange(
  fetch: (request: Request) => Promise<Response>,
  exchange: Exchange,
  upstream: UpstreamById,
  timeoutMs: number,
): Promise<Rerun | Finding> {
  try {
    const front = await drive(fetch, exchange.id, exchange.clientRequest, exchange.bridgeResponse, timeoutMs);
    return { front, upstream: upstream.asked(exchange.id) };
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

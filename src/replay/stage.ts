import { createBridgeWith } from "../bridge/bridge.ts";
import type { Cassette } from "../cassette/types.ts";
import { isChat } from "./compare.ts";
import type { Miss } from "./match.ts";
import { startPlayer, type PlayerOptions, type ReplayReport } from "./player.ts";
import { recordedWeb, type RecordedWeb } from "./recorded-web.ts";
import { startTap } from "./tap.ts";
import { bridgeOptions } from "./verify.ts";

/** Something a client can be pointed at. */
export interface Stage {
  url: string;
  report(): ReplayReport;
  close(): Promise<void>;
}

/**
 * The player alone (front), or the player behind a bridge (back), with a tap before it: what the
 * client's prose is can only be seen in its own requests.
 */
export async function startStage(cassette: Cassette, options: PlayerOptions): Promise<Stage> {
  const player = await startPlayer(cassette, options);
  if (options.surface === "front") return player;
  const web = recordedWeb(cassette, { redactor: options.redactor });
  const settings = { ...bridgeOptions(cassette.manifest.bridge, player.url), probe: hasProbes(cassette) };
  const bridge = createBridgeWith(settings, { web: web.seam });
  const { url } = await bridge.listen();
  const tap = await startTap({
    upstream: new URL(url),
    hop: "front",
    onRequest: ({ request }) => options.redactor.learnRequest(request.body),
  });
  return {
    url: tap.url,
    report: () => withWeb(player.report(), web),
    close: async () => {
      await tap.close();
      await bridge.close();
      await player.close();
    },
  };
}

/** Whether the server was asked about its model when this was recorded. */
function hasProbes({ exchanges, unpaired }: Cassette): boolean {
  const hops = [...exchanges.flatMap(({ upstream }) => upstream), ...unpaired];
  return hops.some(({ bridgeRequest }) => !isChat(bridgeRequest));
}

/** What was asked of the web and not recorded is a miss; what was recorded and not asked has not been used up. */
function withWeb(report: ReplayReport, web: RecordedWeb): ReplayReport {
  const misses = web.missed().map(({ asked }): Miss => {
    const { method, path } = asked.request;
    const message = `ReplayMiss [out-of-scope] ${method} ${asked.origin ?? "search service "}${path}: the cassette has no answer of the web for this`;
    return { reason: "out-of-scope", nearest: null, differences: [], message };
  });
  const left = web.left().map(({ exchange }) => `${exchange} (web)`);
  return {
    ...report,
    misses: [...misses, ...report.misses],
    unconsumed: [...report.unconsumed, ...left],
  };
}

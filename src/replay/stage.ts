import { createBridge } from "../bridge/bridge.ts";
import type { Cassette } from "../cassette/types.ts";
import { isChat } from "./compare.ts";
import { startPlayer, type PlayerOptions, type ReplayReport } from "./player.ts";
import { startTap } from "./tap.ts";

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
  const { provider, basePath, model, repair, strict, maxRetries, maxOutputTokens, set, flags } =
    cassette.manifest.bridge;
  const bridge = createBridge({
    provider,
    baseUrl: player.url + basePath,
    model,
    repair,
    strict,
    maxRetries,
    set,
    flags,
    probe: hasProbes(cassette),
    calibrate: false,
    ...(maxOutputTokens === null ? {} : { maxOutputTokens }),
  });
  const { url } = await bridge.listen();
  const tap = await startTap({
    upstream: new URL(url),
    hop: "front",
    onRequest: ({ request }) => options.redactor.learnRequest(request.body),
  });
  return {
    url: tap.url,
    report: () => player.report(),
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

import { createBridgeWith, type BridgeSeams } from "../../bridge/bridge.ts";
import type { Logger } from "../../bridge/log.ts";
import type { Bridge, BridgeOptions } from "../../bridge/options.ts";
import type { BridgeArguments } from "./arguments.ts";
import type { Upstream } from "./providers.ts";
import { webOptions } from "./web.ts";

export interface StartOptions {
  upstream: Upstream;
  model: string;
  args: BridgeArguments;
  authToken: string | null;
  host?: string;
  port?: number;
  log?: Logger;
  /** What was found out about the model before it started. */
  flags?: BridgeOptions["flags"];
  /** What it says of token counts does not depend on what it has served before. */
  recorded?: boolean;
  /** Who looks at what it fetches from the web. */
  seams?: BridgeSeams;
}

/**
 * A bridge made from a command line. The upstream is not asked for anything yet.
 * @throws BridgeOptionsError, CliError (exit 2)
 */
export function bridgeFrom(options: StartOptions): Bridge {
  return createBridgeWith(bridgeOptionsOf(options), options.seams ?? {});
}

/** @throws CliError exit 2 */
export function bridgeOptionsOf(options: StartOptions): BridgeOptions {
  const { upstream, model, args, authToken } = options;
  return {
    ...upstream,
    model,
    authToken,
    repair: args.repair,
    strict: args.strict,
    set: args.set,
    web: webOptions(args, process.env),
    ...(options.flags === undefined ? {} : { flags: options.flags }),
    ...(args.maxRetries === undefined ? {} : { maxRetries: args.maxRetries }),
    ...(args.maxOutputTokens === undefined ? {} : { maxOutputTokens: args.maxOutputTokens }),
    ...(options.host === undefined ? {} : { host: options.host }),
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.log === undefined ? {} : { log: options.log }),
    ...(options.recorded === true ? { calibrate: false } : {}),
  };
}

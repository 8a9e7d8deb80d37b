import { createLogger } from "../../bridge/log.ts";
import { usageError } from "../exit.ts";
import type { BridgeArguments } from "./arguments.ts";
import type { Upstream } from "./providers.ts";
import { bridgeFrom } from "./start.ts";

const DEFAULT_PORT = 11_435;

const LOOPBACK = new Set(["127.0.0.1", "localhost", "::1"]);

function nextSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve());
  });
}

/**
 * Serves the bridge until a signal ends it. The upstream may come and go meanwhile.
 * @throws CliError exit 2 when others could reach it without a token
 */
export async function serve(upstream: Upstream, model: string, args: BridgeArguments): Promise<void> {
  const host = args.host ?? "127.0.0.1";
  if (!LOOPBACK.has(host) && args.authToken === undefined)
    throw usageError(`--host ${host} lets others in: give --auth-token as well`);
  const bridge = bridgeFrom({
    upstream,
    model,
    args,
    authToken: args.authToken ?? null,
    host,
    port: args.port ?? DEFAULT_PORT,
    log: await createLogger({ level: args.debug ? "debug" : "info" }),
  });
  const { url } = await bridge.listen();
  const token = args.authToken === undefined ? "unused" : "THE-TOKEN";
  process.stderr.write(
    `claude-bridge: ${upstream.provider} ${model} is served at ${url}\n` +
      `claude-bridge: ANTHROPIC_BASE_URL=${url} ANTHROPIC_AUTH_TOKEN=${token} ANTHROPIC_MODEL=${model} claude\n`,
  );
  await nextSignal();
  await bridge.close();
}

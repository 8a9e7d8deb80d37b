import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { fixedClock, realClock } from "./clock.ts";
import { engineFor } from "./engine/engines.ts";
import { goEngine } from "./engine/go.ts";
import type { World } from "./http/context.ts";
import { createScriptedServer, type Shared } from "./http/server.ts";
import { countingIds, randomIds } from "./ids.ts";
import { loadScripts } from "./load-scripts.ts";
import { DEFAULT_MODELS } from "./models.ts";
import { createLoaded } from "./ollama/loaded.ts";
import type { ScriptedOptions, ScriptedServer } from "./options.ts";
import { createTokenizer } from "./tokens.ts";

/**
 * Starts the scripted model as a server of its own on a loopback port. Rejects when the port is
 * taken (EADDRINUSE).
 */
export async function startScripted(options: ScriptedOptions = {}): Promise<ScriptedServer> {
  const { host = "127.0.0.1", port = 0, flavour = "ollama", deterministic = false } = options;
  const world = await createWorld(options);
  const shared: Shared = { flavour, requests: [], queue: [] };
  const server = createScriptedServer(world, shared);
  server.listen(port, host);
  await once(server, "listening");
  const address = server.address() as AddressInfo;
  let closing: Promise<unknown> | undefined;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${address.port}`,
    port: address.port,
    requests: shared.requests,
    enqueue: (...scripts) => void shared.queue.push(...scripts),
    reset() {
      shared.requests.length = 0;
      shared.queue.length = 0;
      world.loaded.clear();
      if (deterministic) Object.assign(world, { clock: fixedClock(), ids: countingIds() });
    },
    async close() {
      closing ??= once(server.close(), "close");
      server.closeAllConnections();
      await closing;
    },
  };
}

async function createWorld(options: ScriptedOptions): Promise<World> {
  const { deterministic = false, delayMs = 0, flavour = "ollama" } = options;
  const builtins = options.builtins === false ? [] : await loadScripts();
  const scripts = [...builtins, ...(options.scripts ?? [])];
  const engine = flavour === "openai" ? goEngine : engineFor(options.mode ?? "go");
  return {
    ground: { engine, scripts, tokenizer: createTokenizer(scripts) },
    clock: deterministic ? fixedClock() : realClock(),
    ids: deterministic ? countingIds() : randomIds(),
    loaded: createLoaded(),
    delayMs,
    deterministic,
    models: [...(options.models ?? DEFAULT_MODELS)],
    blobs: new Map(),
    created: new Map(),
  };
}

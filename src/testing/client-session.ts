import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createBridge } from "../bridge/bridge.ts";
import type { BridgeOptions } from "../bridge/options.ts";
import { runClaude, type RunClaudeOptions, type RunClaudeResult } from "../launch/run-claude.ts";
import { startTap, type Tap, type TappedExchange } from "../replay/tap.ts";
import type { ScriptedOptions, ScriptedServer } from "../scripted/options.ts";
import { startScripted } from "../scripted/server.ts";
import type { Dialect } from "../upstream/delta.ts";

export interface SessionOptions {
  scripted?: ScriptedOptions;
  bridge?: Partial<BridgeOptions>;
  /** By default `scripted`. */
  model?: string;
}

/** Claude Code, a tap, the bridge, a tap and the scripted model in a row. */
export interface ClientSession {
  model: string;
  scripted: ScriptedServer;
  front: Tap;
  back: Tap;
  /** Empty folders of this session. */
  home: string;
  cwd: string;
  run(options: Partial<RunClaudeOptions>): Promise<RunClaudeResult>;
  close(): Promise<void>;
}

const TOKEN = "session-token";

/**
 * An Ollama, or a plain OpenAI-compatible server, as `dialect` says.
 * @param plan told the folder the client will work in
 */
export async function startSession(
  dialect: Dialect,
  plan: (cwd: string) => SessionOptions = () => ({}),
): Promise<ClientSession> {
  const folder = mkdtempSync(join(tmpdir(), "client-session-"));
  const [home, cwd] = [join(folder, "home"), join(folder, "project")];
  mkdirSync(cwd);
  const options = plan(cwd);
  const model = options.model ?? "scripted";
  const scripted = await startScripted({ flavour: dialect, ...options.scripted });
  const back = await startTap({ upstream: new URL(scripted.url), hop: "back" });
  const bridge = createBridge({
    provider: dialect,
    baseUrl: dialect === "ollama" ? back.url : `${back.url}/v1`,
    model,
    authToken: TOKEN,
    ...options.bridge,
  });
  const front = await startTap({ upstream: new URL((await bridge.listen()).url), hop: "front" });
  return {
    model,
    scripted,
    front,
    back,
    home,
    cwd,
    run: (more) =>
      runClaude({ baseUrl: front.url, model, home, cwd, token: TOKEN, timeoutMs: 60_000, ...more }),
    async close() {
      await front.close();
      await bridge.close();
      await back.close();
      await scripted.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function bodyOf({ request }: TappedExchange): string {
  return Buffer.from(request.body).toString("utf8");
}

/** What the client asked for answers. */
export function messagesOf({ front }: ClientSession): TappedExchange[] {
  return front.exchanges.filter(({ path }) => /^\/v1\/messages(\?|$)/.test(path));
}

/** What the bridge asked the model for. */
export function chatsOf({ back }: ClientSession): TappedExchange[] {
  return back.exchanges.filter(({ path }) => /\/chat(\/completions)?$/.test(path));
}

/** Each request's `stream` and status, in order: `true 200`, `false 500`, `absent 200`. */
export function sequenceOf(exchanges: readonly TappedExchange[]): string[] {
  return exchanges.map((exchange) => {
    const { stream } = JSON.parse(bodyOf(exchange)) as { stream?: boolean };
    return `${stream ?? "absent"} ${exchange.response.status}`;
  });
}

/** Bodies that were sent more than once. */
export function repeatedBodies(exchanges: readonly TappedExchange[]): string[] {
  const bodies = exchanges.map(bodyOf);
  return bodies.filter((body, index) => bodies.indexOf(body) < index);
}

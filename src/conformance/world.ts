import type { ScriptedRequest, ScriptedServer } from "../scripted/options.ts";
import { startScripted } from "../scripted/server.ts";
import type { Dialect } from "../upstream/delta.ts";
import type { BridgeSettings } from "./case.ts";
import { readExchange, type Exchange, type UpstreamCall } from "./exchange.ts";
import { sendHttp, type HttpOptions } from "./http.ts";
import { resolveReferences } from "./references.ts";
import type { Send } from "./send.ts";
import { renderAnswer } from "./upstream-answer/render.ts";

/** Where the requests of one case go, and the upstream we hold behind it. */
export interface World {
  /** Origin of the target, e.g. `http://127.0.0.1:4000`. */
  url: string;
  dialect: Dialect;
  /** Null when the target's upstream is not ours. */
  scripted: ScriptedServer | null;
  /** Replaces the model name of every request; null leaves the case's own. */
  model: string | null;
  signal: AbortSignal;
  close(): Promise<void>;
}

/** Longest silence of a target before the exchange counts as failed, ms. */
const SILENCE_MS = 10_000;

/** A scripted server and the project's own bridge, fresh for one case. */
export async function embeddedWorld(
  dialect: Dialect,
  settings: BridgeSettings,
  signal: AbortSignal,
): Promise<World> {
  const { createBridge } = await import("../bridge/bridge.ts");
  const scripted = await startScripted({ flavour: dialect, deterministic: true });
  const bridge = createBridge({
    provider: dialect,
    baseUrl: dialect === "openai" ? `${scripted.url}/v1` : scripted.url,
    model: "scripted",
    ...(settings as object),
  });
  const { url } = await bridge.listen();
  const close = async (): Promise<void> => {
    await bridge.close();
    await scripted.close();
  };
  return { url, dialect, scripted, model: null, signal, close };
}

/** The project's own bridge before a model that is not ours to script. */
export async function liveWorld(
  backend: { provider: Dialect; baseUrl: string; apiKey?: string },
  model: string | null,
  signal: AbortSignal,
): Promise<World> {
  const { createBridge } = await import("../bridge/bridge.ts");
  const { provider, baseUrl, apiKey } = backend;
  const bridge = createBridge({ provider, baseUrl, model, ...(apiKey === undefined ? {} : { apiKey }) });
  const { url } = await bridge.listen();
  return { url, dialect: provider, scripted: null, model, signal, close: () => bridge.close() };
}

/** Plays the send's upstream answers, sends it, and reads what came back at both ends. */
export async function performSend(
  world: World,
  send: Send,
  earlier: readonly Exchange[],
  options: Partial<HttpOptions> = {},
): Promise<Exchange> {
  const { scripted, dialect } = world;
  scripted?.reset();
  for (const answer of send.answers) {
    scripted?.enqueue((request) => renderAnswer(answer, dialect, wantsStream(request, dialect), send.split));
  }
  const body = bodyOf(send, earlier, world.model);
  const { method, path, headers } = send;
  const request = { method, path, headers, body };
  const response = await sendHttp(world.url, request, {
    timeoutMs: SILENCE_MS,
    signal: world.signal,
    ...options,
  });
  const upstream = scripted === null ? null : scripted.requests.filter(isChat).map(upstreamCall);
  return readExchange(send, { ...request, body: textOf(body) }, response, upstream);
}

/** Ollama streams unless told otherwise, OpenAI only when told so. */
export function wantsStream(request: Pick<ScriptedRequest, "json">, dialect: Dialect): boolean {
  const stream = (request.json as { stream?: unknown } | undefined)?.stream;
  return dialect === "ollama" ? stream !== false : stream === true;
}

export function isChat({ path }: Pick<ScriptedRequest, "path">): boolean {
  return /\/(api\/chat|chat\/completions)(\?|$)/.test(path);
}

export function upstreamCall(request: ScriptedRequest): UpstreamCall {
  const { method, path, headers, body, json, closedBy } = request;
  return { method, path, headers, body, json, closedBy };
}

function bodyOf(send: Send, earlier: readonly Exchange[], model: string | null): string | Uint8Array | null {
  if (send.request === null) return send.body;
  const request = resolveReferences(send.request, earlier) as Record<string, unknown>;
  return JSON.stringify(model !== null && request["model"] === "scripted" ? { ...request, model } : request);
}

function textOf(body: string | Uint8Array | null): string {
  if (body === null) return "";
  return typeof body === "string" ? body : new TextDecoder().decode(body);
}

import type { WebOptions } from "../bridge/web/options.ts";
import type { ScriptedRequest, ScriptedServer } from "../scripted/options.ts";
import { startScripted } from "../scripted/server.ts";
import type { Dialect } from "../upstream/delta.ts";
import type { EngineMode, ModelScript, Split } from "../scripted/script.ts";
import type { AnswerItem, BridgeSettings, Saying } from "./case.ts";
import { readExchange, type Exchange, type UpstreamCall } from "./exchange.ts";
import { sendHttp, type HttpOptions } from "./http.ts";
import { resolveReferences } from "./references.ts";
import { startScriptedWeb, type ScriptedWeb } from "./scripted-web.ts";
import type { Send } from "./send.ts";
import { renderAnswer } from "./upstream-answer/render.ts";

/** Where the requests of one case go, and the upstream we hold behind it. */
export interface World {
  /** Origin of the target, e.g. `http://127.0.0.1:4000`. */
  url: string;
  dialect: Dialect;
  /** Null when the target's upstream is not ours. */
  scripted: ScriptedServer | null;
  /** The target is not the project's own bridge. */
  foreign: boolean;
  /** Replaces the model name of every request; null leaves the case's own. */
  model: string | null;
  /** Address of the scripted web, for cases that have one: `${web}` in their texts. */
  web?: string;
  signal: AbortSignal;
  close(): Promise<void>;
}

/** Longest silence of a target before the exchange counts as failed, ms. */
const SILENCE_MS = 10_000;
/** The same where a live model answers: loading and prefill are silent for long. */
const LIVE_SILENCE_MS = 120_000;
/** How a written-out body names the model. */
const SCRIPTED_MODEL = '"model":"scripted"';

/** A scripted server and the project's own bridge, fresh for one case; `baseUrl` leads the bridge elsewhere. */
export async function embeddedWorld(
  dialect: Dialect,
  settings: BridgeSettings,
  signal: AbortSignal,
  { baseUrl, mode = "go" }: { baseUrl?: string; mode?: EngineMode } = {},
): Promise<World> {
  const { createBridgeWith } = await import("../bridge/bridge.ts");
  const { web: wanted, ...rest } = settings;
  const scripted = await startScripted({ flavour: dialect, mode, deterministic: true });
  const web = wanted === undefined ? null : await startScriptedWeb();
  const bridge = createBridgeWith(
    {
      provider: dialect,
      baseUrl: baseUrl ?? (dialect === "openai" ? `${scripted.url}/v1` : scripted.url),
      model: "scripted",
      ...(rest as object),
      ...(web !== null && { web: webOptions(wanted, web) }),
    },
    web === null ? {} : { addressRule: (address) => address === "127.0.0.1" },
  );
  const { url } = await bridge.listen();
  const close = async (): Promise<void> => {
    await bridge.close();
    await scripted.close();
    await web?.close();
  };
  const world: World = { url, dialect, scripted, foreign: false, model: null, signal, close };
  return web === null ? world : { ...world, web: web.url };
}

function webOptions({ search, fetch }: BridgeSettings["web"] = {}, { url }: ScriptedWeb): WebOptions {
  return { ...(search === true && { search: { kind: "searxng", url } }), fetch: fetch === true };
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
  return {
    url,
    dialect: provider,
    scripted: null,
    foreign: false,
    model,
    signal,
    close: () => bridge.close(),
  };
}

/** Plays the send's upstream answers, sends it, and reads what came back at both ends. */
export async function performSend(
  world: World,
  send: Send,
  earlier: readonly Exchange[],
  options: Partial<HttpOptions> = {},
): Promise<Exchange> {
  world.scripted?.reset();
  queueAnswers(world, send);
  const { request, response } = await transfer(world, send, earlier, options);
  return readExchange(send, request, response, chatRequests(world));
}

/** Several sends at one moment. Nothing says which upstream request belongs to which of them. */
export async function performSends(world: World, sends: readonly Send[]): Promise<Exchange[]> {
  world.scripted?.reset();
  for (const send of sends) queueAnswers(world, send);
  return Promise.all(
    sends.map(async (send) => {
      const { request, response } = await transfer(world, send, [], {});
      return readExchange(send, request, response, null);
    }),
  );
}

function queueAnswers(world: World, send: Send): void {
  for (const answer of send.answers) queueAnswer(world, answer, send.split);
  if (send.says !== null) world.scripted?.enqueue(modelScript(send.says));
}

function modelScript(says: Saying): ModelScript {
  return Array.isArray(says) ? { marker: "", pieces: says } : { marker: "", ...says };
}

/** Rendered once the upstream request is there: in its dialect, streamed or not as it asks. */
export function queueAnswer({ scripted, web }: World, answer: readonly AnswerItem[], split: Split): void {
  scripted?.enqueue((request) => {
    const spoken = dialectOf(request);
    const items = inWeb(resolveReferences(answer, []), web) as AnswerItem[];
    return renderAnswer(items, spoken, wantsStream(request, spoken), split);
  });
}

/** Chat requests that reached the scripted upstream; null when the upstream is not ours. */
export function chatRequests({ scripted }: World): UpstreamCall[] | null {
  return scripted === null ? null : scripted.requests.filter(isChat).map(upstreamCall);
}

async function transfer(
  world: World,
  send: Send,
  earlier: readonly Exchange[],
  options: Partial<HttpOptions>,
): Promise<Pick<Exchange, "request" | "response">> {
  const body = bodyOf(send, earlier, world);
  const { method, path, headers } = send;
  const timeoutMs = world.scripted === null ? LIVE_SILENCE_MS : SILENCE_MS;
  const limits = { timeoutMs, signal: world.signal, ...options };
  const response = await sendHttp(world.url, { method, path, headers, body }, limits);
  return { request: { method, path, headers, body: textOf(body) }, response };
}

/** Ollama streams unless told otherwise, OpenAI only when told so. */
function wantsStream(request: Pick<ScriptedRequest, "json">, dialect: Dialect): boolean {
  const stream = (request.json as { stream?: unknown } | undefined)?.stream;
  return dialect === "ollama" ? stream !== false : stream === true;
}

/** By the route it asked for: a foreign target may speak either. */
function dialectOf({ path }: Pick<ScriptedRequest, "path">): Dialect {
  return path.includes("/api/chat") ? "ollama" : "openai";
}

function isChat({ path }: Pick<ScriptedRequest, "path">): boolean {
  return /\/(api\/chat|chat\/completions)(\?|$)/.test(path);
}

function upstreamCall(request: ScriptedRequest): UpstreamCall {
  const { method, path, headers, body, closedBy } = request;
  return {
    method,
    path,
    headers,
    body,
    get json() {
      return request.json;
    },
    closedBy,
  };
}

function bodyOf(send: Send, earlier: readonly Exchange[], { model, web }: World): string | Uint8Array | null {
  if (send.request === null) return model === null ? send.body : withModel(send.body, model);
  const request = inWeb(resolveReferences(send.request, earlier), web) as Record<string, unknown>;
  return JSON.stringify(model !== null && request["model"] === "scripted" ? { ...request, model } : request);
}

/** A body written out byte by byte names the model of the run all the same. */
function withModel(body: Send["body"], model: string): Send["body"] {
  if (body === null) return null;
  const name = `"model":${JSON.stringify(model)}`;
  if (typeof body === "string") return body.replaceAll(SCRIPTED_MODEL, () => name);
  const bytes = Buffer.from(body).toString("latin1");
  return Buffer.from(
    bytes.replaceAll(SCRIPTED_MODEL, () => Buffer.from(name).toString("latin1")),
    "latin1",
  );
}

/** `${web}` in any text is the address of the scripted web. */
function inWeb(value: unknown, web: string | undefined): unknown {
  return web === undefined ? value : JSON.parse(JSON.stringify(value).replaceAll("${web}", web));
}

function textOf(body: string | Uint8Array | null): string {
  if (body === null) return "";
  return typeof body === "string" ? body : new TextDecoder().decode(body);
}

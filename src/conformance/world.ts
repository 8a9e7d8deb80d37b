import { randomUUID } from "node:crypto";
import type { WebOptions } from "../bridge/web/options.ts";
import { EXCHANGE_HEADER, type Tap, type TappedExchange } from "../replay/tap.ts";
import type { ScriptedRequest, ScriptedServer } from "../scripted/options.ts";
import { startScripted } from "../scripted/server.ts";
import type { Dialect } from "../upstream/delta.ts";
import type { EngineMode, ModelScript, Split } from "../scripted/script.ts";
import type { AnswerItem, BridgeSettings, Saying } from "./case.ts";
import { showDuration } from "./duration.ts";
import { readExchange, type Exchange, type UpstreamCall } from "./exchange.ts";
import { callsOf, isChat, tapBefore } from "./back-hop.ts";
import { NoAnswer, sendHttp, type HttpOptions } from "./http.ts";
import type { LiveModel } from "./options.ts";
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
  /** Has a real engine's model say what the send wants; only where the scripted model runs on one. */
  speak?: (send: Send) => void;
  /** Stands between the target and its model server, and keeps what passes. */
  back?: Tap;
  signal: AbortSignal;
  close(): Promise<void>;
}

/** Longest silence of a target before the exchange counts as failed, ms. */
const SILENCE_MS = 10_000;
/** The same where a live model answers: loading and prefill are silent for long. */
const LIVE_SILENCE_MS = 120_000;
/** How a written-out body names the model. */
const SCRIPTED_MODEL = '"model":"scripted"';

/** How the embedded world may differ. */
export interface EmbeddedOptions {
  /** Leads the bridge elsewhere. */
  baseUrl?: string;
  mode?: EngineMode;
  /** Puts a tap behind the bridge. */
  tapped?: boolean;
}

/** A scripted server and the project's own bridge, fresh for one case. */
export async function embeddedWorld(
  dialect: Dialect,
  settings: BridgeSettings,
  signal: AbortSignal,
  { baseUrl, mode = "go", tapped = false }: EmbeddedOptions = {},
): Promise<World> {
  const { createBridgeWith } = await import("../bridge/bridge.ts");
  const { web: wanted, ...rest } = settings;
  const scripted = await startScripted({ flavour: dialect, mode, deterministic: true });
  const web = await webOf(wanted);
  const own = dialect === "openai" ? `${scripted.url}/v1` : scripted.url;
  const tap = tapped ? await tapBefore(own) : null;
  const bridge = createBridgeWith(
    {
      provider: dialect,
      baseUrl: baseUrl ?? tap?.baseUrl ?? own,
      model: "scripted",
      ...(rest as object),
      ...web?.options,
    },
    web?.means ?? {},
  );
  const { url } = await bridge.listen();
  const close = async (): Promise<void> => {
    await bridge.close();
    await tap?.back.close();
    await scripted.close();
    await web?.close();
  };
  const world: World = { url, dialect, scripted, foreign: false, model: null, signal, close };
  return { ...world, ...(web !== null && { web: web.url }), ...(tap !== null && { back: tap.back }) };
}

/** A web of our own, and how a bridge comes to it. */
interface Web {
  url: string;
  options: { web: WebOptions };
  means: { addressRule: (address: string) => boolean };
  close(): Promise<void>;
}

/** The scripted web of a case that wants one. */
export async function webOf(wanted: BridgeSettings["web"]): Promise<Web | null> {
  if (wanted === undefined) return null;
  const web = await startScriptedWeb();
  return {
    url: web.url,
    options: { web: webOptions(wanted, web) },
    means: { addressRule: (address) => address === "127.0.0.1" },
    close: () => web.close(),
  };
}

function webOptions({ search, fetch }: BridgeSettings["web"] = {}, { url }: ScriptedWeb): WebOptions {
  return { ...(search === true && { search: { kind: "searxng", url } }), fetch: fetch === true };
}

/** The project's own bridge before a model that is not ours to script, with a tap between them. */
export async function liveWorld(
  live: Pick<LiveModel, "provider" | "baseUrl" | "apiKey" | "profile">,
  model: string | null,
  signal: AbortSignal,
): Promise<World> {
  const { createBridge } = await import("../bridge/bridge.ts");
  const { provider, apiKey, profile } = live;
  const { back, baseUrl } = await tapBefore(live.baseUrl);
  // As the model was warmed up, and as the report says: with another context it would be loaded anew.
  const contextWindow = profile?.context.used ?? null;
  const bridge = createBridge({
    provider,
    baseUrl,
    model,
    ...(apiKey !== undefined && { apiKey }),
    ...(contextWindow !== null && { flags: { contextWindow } }),
  });
  const { url } = await bridge.listen();
  const close = async (): Promise<void> => {
    await bridge.close();
    await back.close();
  };
  return { url, dialect: provider, scripted: null, foreign: false, model, back, signal, close };
}

/** Plays the send's upstream answers, sends it, and reads what came back at both ends. */
export async function performSend(
  world: World,
  send: Send,
  earlier: readonly Exchange[],
  options: Partial<HttpOptions> = {},
): Promise<Exchange> {
  world.scripted?.reset();
  world.speak?.(send);
  queueAnswers(world, send);
  const { request, response, back } = await transfer(world, send, earlier, options);
  return readExchange(send, request, response, chatRequests(world) ?? callsOf(back), back);
}

/** Several sends at one moment. Only a tap tells which upstream request belongs to which of them. */
export async function performSends(world: World, sends: readonly Send[]): Promise<Exchange[]> {
  world.scripted?.reset();
  for (const send of sends) queueAnswers(world, send);
  return Promise.all(
    sends.map(async (send) => {
      const { request, response, back } = await transfer(world, send, [], {});
      return readExchange(send, request, response, callsOf(back), back);
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

/**
 * Rendered once the upstream request is there: in its dialect, streamed or not as it asks. An answer that depends on
 * what the request's body says is a function of it: several requests at one moment come in any order.
 */
export function queueAnswer(
  { scripted, web }: World,
  answer: readonly AnswerItem[] | ((body: string) => readonly AnswerItem[]),
  split: Split,
): void {
  scripted?.enqueue((request) => {
    const spoken = dialectOf(request);
    const chosen = typeof answer === "function" ? answer(request.body) : answer;
    const items = inWeb(resolveReferences(chosen, []), web) as AnswerItem[];
    return renderAnswer(items, spoken, wantsStream(request, spoken), split);
  });
}

/** Chat requests that reached the scripted upstream; null when the upstream is not ours. */
export function chatRequests({ scripted }: World): UpstreamCall[] | null {
  return scripted === null ? null : scripted.requests.filter(isChat).map(upstreamCall);
}

/** What was seen behind the target: its chat requests, and all of both directions where a tap stands. */
export function behind(world: World): [UpstreamCall[] | null, readonly TappedExchange[] | null] {
  const back = world.back?.exchanges ?? null;
  return [chatRequests(world) ?? callsOf(back), back];
}

/** In a live world a target that does not answer is a fact about it, and so is what it had said by then. */
async function transfer(
  world: World,
  send: Send,
  earlier: readonly Exchange[],
  options: Partial<HttpOptions>,
): Promise<Pick<Exchange, "request" | "response" | "back">> {
  const body = bodyOf(send, earlier, world);
  const { method, path } = send;
  const live = world.scripted === null && !world.foreign;
  const limits = {
    timeoutMs: world.scripted === null ? LIVE_SILENCE_MS : SILENCE_MS,
    signal: world.signal,
    keepPartial: live || world.foreign,
    ...options,
  };
  const mark = randomUUID();
  const headers: Send["headers"] =
    world.back === undefined ? send.headers : [...send.headers, [EXCHANGE_HEADER, mark]];
  const started = performance.now();
  const response = await sendHttp(world.url, { method, path, headers, body }, limits).catch(
    (error: unknown) => {
      if (live && (error instanceof NoAnswer || world.signal.aborted)) return unanswered(error);
      if (!isOverdue(world)) throw error;
      const waited = showDuration(performance.now() - started);
      throw new NoAnswer(`${method} ${path}: no answer in ${waited}`, { cause: error });
    },
  );
  const back = world.back?.exchanges.filter(({ exchangeId }) => exchangeId === mark) ?? null;
  return { request: { method, path, headers: send.headers, body: textOf(body) }, response, back };
}

/** The time of the case is over, and what took it is not ours. */
export function isOverdue({ foreign, signal }: Pick<World, "foreign" | "signal">): boolean {
  return foreign && signal.reason instanceof DOMException && signal.reason.name === "TimeoutError";
}

function unanswered(error: unknown): Exchange["response"] {
  const message = error instanceof Error ? error.message : String(error);
  return { status: 0, headers: [], body: new Uint8Array(), chunks: [], end: { error: message } };
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

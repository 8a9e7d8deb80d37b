import type { Dialect } from "../upstream/delta.ts";
import type { ModelFlags } from "../upstream/flags.ts";
import type { IdSource } from "../translate/context.ts";
import type { Logger } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { BridgeOptionsError } from "./options-error.ts";
import { parseFlagSettings } from "./set-flags.ts";
import { resolveWeb, type WebOptions, type WebSettings } from "./web/options.ts";

export { BridgeOptionsError };

/** How to reach the model and how to be reached. All times are milliseconds. */
export interface BridgeOptions {
  /**
   * The language of the model server: Ollama's `/api/chat`, OpenAI's `/chat/completions`, or the
   * Messages API itself, which is passed through untranslated.
   */
  provider: "ollama" | "openai" | "anthropic";
  /** E.g. `http://127.0.0.1:11434`, `https://api.anthropic.com` (a trailing `/v1` is fine for both) or `https://openrouter.ai/api/v1`. */
  baseUrl: string;
  /** The model that is served; requests for another name are passed on only if the upstream has it. Null: any. */
  model: string | null;
  /** The upstream's key, sent as it wants it. Never shown. */
  apiKey?: string;
  /** What clients must present (`x-api-key` or `Bearer`). Null or absent: no check. */
  authToken?: string | null;
  host?: string;
  /** 0, the default, takes a free port. */
  port?: number;
  /** Repair a model's tool calls that its schema refuses; on by default. */
  repair?: boolean;
  /** Refuse (400) what would otherwise be dropped with a note. */
  strict?: boolean;
  /** Quick retries before the first byte, for connection errors and 502/503/529; default 2. */
  maxRetries?: number;
  /** Upper limit of an answer, in tokens. */
  maxOutputTokens?: number;
  /** Facts about the model that win over what probing finds, e.g. `{ vision: "false", context: "32768" }`. */
  set?: Record<string, string>;
  /** Longest silence towards a streaming client; default 15 s. */
  pingEveryMs?: number;
  /** How long a stream's status stays open while the model has said nothing; default 2 s. */
  graceMs?: number;
  /** Longest silence of the upstream after its first byte; default 280 s. */
  idleTimeoutMs?: number;
  /** Default 5 s. */
  connectTimeoutMs?: number;
  /** Longest wait for the upstream's first byte (model load, queue, prefill); default 30 min. */
  headersTimeoutMs?: number;
  log?: Logger;
  /** Makes the ids of one answer; by default random ones. */
  ids?: () => IdSource;
  /** Like `set`, for callers with types. */
  flags?: Partial<ModelFlags>;
  /** How `web_search` and `web_fetch` are served; by default each call gets an explicit `unavailable`. */
  web?: WebOptions;
  /** Correct token estimates by what the upstream reports; on by default. Off, an estimate depends on its request alone. */
  calibrate?: boolean;
  /** Ask the upstream, once per model, what the model can do; on by default. Costs no tokens. */
  probe?: boolean;
}

/** A running bridge. */
export interface Bridge extends AsyncDisposable {
  /** The whole bridge, without a socket. */
  fetch(request: Request): Promise<Response>;
  /** Serves the same over HTTP/1.1. */
  listen(): Promise<{ url: string; port: number }>;
  /** Stops listening, aborts what runs and closes every connection. */
  close(): Promise<void>;
  readonly metrics: Readonly<Metrics>;
}

/** `BridgeOptions` with every default filled in. */
export interface Settings {
  /** What requests are translated to; of no meaning when they are relayed. */
  dialect: Dialect;
  /** The upstream speaks the Messages API: nothing is translated. */
  relay: boolean;
  probe: boolean;
  calibrate: boolean;
  /** Scheme, host and port. */
  origin: string;
  /** What precedes a request's path, without trailing slash. */
  basePath: string;
  model: string | null;
  apiKey: string | null;
  authToken: string | null;
  host: string;
  port: number;
  repair: boolean;
  strict: boolean;
  maxRetries: number;
  pingEveryMs: number;
  graceMs: number;
  idleTimeoutMs: number;
  connectTimeoutMs: number;
  headersTimeoutMs: number;
  /** What the caller states about the model; wins over probing and learning. */
  stated: Partial<ModelFlags>;
  web: WebSettings;
}

/** Checks and completes the options. Throws BridgeOptionsError. */
export function resolveSettings(options: BridgeOptions): Settings {
  const { provider } = options;
  if (!PROVIDERS.has(provider)) throw new BridgeOptionsError(`provider: "${provider}" is not known`);
  const { origin, basePath } = splitBaseUrl(options.baseUrl, provider);
  const limit = options.maxOutputTokens === undefined ? {} : { maxOutput: options.maxOutputTokens };
  return {
    dialect: provider === "ollama" ? "ollama" : "openai",
    relay: provider === "anthropic",
    probe: options.probe ?? true,
    calibrate: options.calibrate ?? true,
    origin,
    basePath,
    model: options.model,
    apiKey: options.apiKey === undefined || options.apiKey === "" ? null : options.apiKey,
    authToken: options.authToken ?? null,
    host: options.host ?? "127.0.0.1",
    port: options.port ?? 0,
    repair: options.repair ?? true,
    strict: options.strict ?? false,
    maxRetries: options.maxRetries ?? 2,
    pingEveryMs: options.pingEveryMs ?? 15_000,
    graceMs: options.graceMs ?? 2_000,
    idleTimeoutMs: options.idleTimeoutMs ?? 280_000,
    connectTimeoutMs: options.connectTimeoutMs ?? 5_000,
    headersTimeoutMs: options.headersTimeoutMs ?? 1_800_000,
    stated: { ...options.flags, ...limit, ...parseFlagSettings(options.set ?? {}) },
    web: resolveWeb(options.web),
  };
}

const PROVIDERS: ReadonlySet<string> = new Set<BridgeOptions["provider"]>(["ollama", "openai", "anthropic"]);

function splitBaseUrl(
  baseUrl: string,
  provider: BridgeOptions["provider"],
): { origin: string; basePath: string } {
  const url = URL.parse(baseUrl);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new BridgeOptionsError("baseUrl: must be an http or https URL");
  }
  const path = url.pathname.replace(/\/+$/, "");
  return { origin: url.origin, basePath: provider === "openai" ? path : path.replace(/\/v1$/, "") };
}

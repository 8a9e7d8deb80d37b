import type { ByteScript, EngineMode, ModelScript } from "./script.ts";

/** How `startScripted` runs. Every field has a default; `{}` is a good server. */
export interface ScriptedOptions {
  /** Default `127.0.0.1`. */
  host?: string;
  /** Default 0: the system picks a free one. */
  port?: number;
  /** `ollama` speaks `/api/*` and Ollama's `/v1/*`; `openai` speaks `/v1/*` only, plainly. Default `ollama`. */
  flavour?: Flavour;
  /** How the simulated Ollama runs its models (`ollama` flavour only). Default `go`. */
  mode?: EngineMode;
  /** Scripts of the caller. They rank above the built-in ones, the last one highest. */
  scripts?: readonly ModelScript[];
  /** Whether the scripts of `fixtures/scripts` are played too. Default true. */
  builtins?: boolean;
  /** Default: `scripted` (tools, thinking, vision) and `scripted-plain` (text only). */
  models?: readonly ScriptedModelInfo[];
  /** Milliseconds before each token. Default 0. */
  delayMs?: number;
  /** Same ids, times and durations in every run. Default false. */
  deterministic?: boolean;
}

export type Flavour = "ollama" | "openai";

export type Capability = "completion" | "tools" | "thinking" | "vision";

/** A model the server pretends to have. */
export interface ScriptedModelInfo {
  /** As a client writes it, without `:latest`. */
  name: string;
  capabilities: readonly Capability[];
  /** Context in tokens when a request does not ask for another; the server counts bytes. Default 262144. */
  numCtx?: number;
  /** `numCtx` is a PARAMETER of the Modelfile, which `/api/show` tells; else the server's own default. */
  numCtxStated?: boolean;
  /** Upper end of any context, tokens. Default 262144. */
  contextLength?: number;
  /** The `modified_at` that the lists show, RFC 3339. */
  modifiedAt?: string;
}

export interface ScriptedServer {
  /** `http://host:port`, no slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Played to the next chat requests, one each and in order, before any marker is looked for. */
  enqueue(...scripts: QueuedScript[]): void;
  /** Every request since the start or the last `reset`, oldest first. */
  readonly requests: ScriptedRequest[];
  /** Forgets requests, queued byte scripts and loaded models. */
  reset(): void;
  close(): Promise<void>;
}

/**
 * A byte script, one that is written once the request (e.g. its `stream`) is known, or a model script, which
 * the engine plays whatever its marker.
 */
export type QueuedScript = ByteScript | ModelScript | ((request: ScriptedRequest) => ByteScript);

/** One request as it reached the socket. */
export interface ScriptedRequest {
  /** Counts from 1. */
  readonly n: number;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body as text. */
  readonly body: string;
  /** The body parsed, `undefined` when it is not JSON. */
  readonly json: unknown;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
  /** Who ended the exchange; null while it runs. */
  closedBy: "server" | "peer" | null;
}

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../clock.ts";
import type { Ids } from "../ids.ts";
import type { Playground } from "../answer.ts";
import type { Loaded } from "../ollama/loaded.ts";
import type { ScriptedModelInfo } from "../options.ts";
import type { ModelScript } from "../script.ts";

/** What a handler gets besides the request. */
export interface World {
  readonly ground: Playground;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly loaded: Loaded;
  readonly delayMs: number;
  readonly deterministic: boolean;
  models: ScriptedModelInfo[];
  /** Uploaded blobs by digest. */
  readonly blobs: Map<string, Uint8Array>;
  /** What models that were created of a file say, and how they are run, by full name. */
  readonly created: Map<string, Playground>;
  /** What is said to this request, whatever the model. */
  readonly queued?: ModelScript;
}

/** One request with its whole body, and the reply to write. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** The body as text. */
  readonly body: string;
  readonly bytes: Uint8Array;
  readonly world: World;
}

export type Handler = (exchange: Exchange) => Promise<void> | void;

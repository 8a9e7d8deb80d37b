/**
 * The neutral form of what a model server says, whatever its dialect.
 *
 * A decoder turns upstream bytes into deltas; the translator turns deltas into
 * Messages events. Nothing here knows HTTP or the Messages API.
 */

/** One fact decoded from an upstream answer, in the order it arrived. */
export type UpstreamDelta =
  | { kind: "text"; text: string }
  | { kind: "reasoning"; text: string }
  | CallDelta
  | { kind: "refusal"; text: string }
  | { kind: "usage"; usage: UpstreamUsage }
  /** The upstream's own word for why it stopped (`stop`, `length`, `tool_calls`, …). */
  | { kind: "finish"; reason: string }
  /** The dialect's clean end: `[DONE]`, or a line with `done:true`. */
  | { kind: "done" }
  /** An error the upstream reported inside its answer. */
  | { kind: "error"; message: string; status?: number; type?: string }
  /** Something that is not the dialect at all (HTML, a broken line). `excerpt` is at most 200 characters. */
  | { kind: "garbage"; excerpt: string };

/**
 * A tool call or a piece of one. Every field may be absent: servers repeat, delay or omit
 * ids, names and indices, and it is the translator that assembles them.
 */
export interface CallDelta {
  kind: "call";
  index?: number;
  id?: string;
  name?: string;
  /** Raw JSON text of the arguments, or a fragment of it: key order and big numbers as received. */
  arguments?: string;
  /** True when the dialect always sends the call in one piece (Ollama's `/api/chat`). */
  whole?: boolean;
}

/** Token counts as reported; absent means the upstream did not say. */
export interface UpstreamUsage {
  /** Whole prompt, cached tokens included. */
  promptTokens?: number;
  /** The part of the prompt that came from a cache. */
  cachedTokens?: number;
  /** Whole output, reasoning included. */
  completionTokens?: number;
  reasoningTokens?: number;
  /** US dollars that the provider says it charged. */
  cost?: number;
}

/** Incremental decoder of one upstream answer. Any split of the bytes gives the same deltas. */
export interface UpstreamDecoder {
  push(bytes: Uint8Array): UpstreamDelta[];
  /** The last, possibly unterminated, line. Never invents a `done`. */
  end(): UpstreamDelta[];
}

/** A request ready to be sent, relative to the upstream's base URL. */
export interface UpstreamRequest {
  method: "GET" | "POST";
  /** E.g. `/api/chat` or `/chat/completions`. */
  path: string;
  /** The path counts from the server's root instead. */
  fromRoot?: true;
  /** JSON text. Absent for GET. */
  body?: string;
}

export type Dialect = "ollama" | "openai";

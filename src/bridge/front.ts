/** Lower-case names; repeated headers are joined by a comma. */
export type Headers = Readonly<Record<string, string | undefined>>;

/** A client's request, whether it came through a socket or through `fetch`. */
export interface FrontRequest {
  method: string;
  /** Path and query as sent, e.g. `/v1/messages?beta=true`. */
  target: string;
  headers: Headers;
  body: AsyncIterable<Uint8Array>;
  /** Aborted when the client is gone. */
  signal: AbortSignal;
}

/** Where an answer goes. `head` comes first and once; nothing is written after `end`. */
export interface Sink {
  head(status: number, headers: Record<string, string>): void;
  /** False when the client reads slower than this is written: then wait for `drained`. */
  write(bytes: string | Uint8Array): boolean;
  /** Resolves when the client has caught up or is gone. */
  drained(): Promise<void>;
  end(): void;
  /** Breaks the answer off, so that the client sees that it is not whole. */
  cut(): void;
}

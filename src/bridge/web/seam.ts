import type { Dispatcher } from "undici";

/** A way of the bridge to the web. */
export interface WebWay {
  /** A search service, which is the operator's choice; a page of the model's choice; a picture or document at a URL. */
  kind: "service" | "page" | "source";
  /** Of a service: its address, with what precedes its paths. Else null. */
  base: string | null;
}

/** One request on such a way. */
export interface WebAsk extends WebWay {
  origin: string;
  /** With query. */
  path: string;
  method: string;
  headers: Record<string, string>;
  body: string | null;
  signal: AbortSignal;
  /** The recorder's mark of the front request. */
  mark: string | undefined;
}

/** What is read of an answer. */
export interface WebAnswer {
  statusCode: number;
  headers: Record<string, string | string[] | undefined>;
  body: AsyncIterable<Uint8Array> & { dump(options?: { limit: number }): Promise<void> };
}

/** Stands between the bridge and the web: a recorder, or what was recorded, which never calls `live`. */
export type WebSeam = (ask: WebAsk, live: () => Promise<WebAnswer>) => Promise<WebAnswer>;

/** A dispatcher whose requests pass the seam. Nothing but `request` is ever called on it. */
export function throughSeam(
  live: Dispatcher,
  way: WebWay,
  seam: WebSeam,
  mark: () => string | undefined,
): Dispatcher {
  const request = (options: Dispatcher.RequestOptions): Promise<WebAnswer> =>
    seam(
      {
        ...way,
        origin: String(options.origin),
        path: options.path,
        method: options.method,
        headers: options.headers as Record<string, string>,
        body: typeof options.body === "string" ? options.body : null,
        signal: options.signal as AbortSignal,
        mark: mark(),
      },
      () => live.request(options),
    );
  return { request } as unknown as Dispatcher;
}

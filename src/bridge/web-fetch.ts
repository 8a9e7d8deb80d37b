import { ClientGone } from "./client-gone.ts";
import type { FrontRequest, Headers, Sink } from "./front.ts";
import type { Handler } from "./node-server.ts";

const NO_BODY = new Set([204, 304]);

/** A handler as a web-standard `fetch`. The response resolves as soon as its head is known. */
export async function fetchOver(handler: Handler, request: Request): Promise<Response> {
  const gone = new AbortController();
  const leave = (): void => gone.abort(new ClientGone());
  if (request.signal.aborted) leave();
  request.signal.addEventListener("abort", leave, { once: true });
  return new Promise((resolve, reject) => {
    const sink = webSink(request.method, resolve, leave);
    // Without effect once the head was sent.
    handler(frontRequest(request, gone.signal), sink).then(() => reject(new ClientGone()), reject);
  });
}

function frontRequest(request: Request, signal: AbortSignal): FrontRequest {
  const url = new URL(request.url);
  return {
    method: request.method,
    target: url.pathname + url.search,
    headers: Object.fromEntries(request.headers) as Headers,
    body: request.body ?? emptyBody(),
    signal,
  };
}

async function* emptyBody(): AsyncGenerator<Uint8Array> {}

function webSink(method: string, resolve: (response: Response) => void, leave: () => void): Sink {
  const encoder = new TextEncoder();
  let controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  let wake: (() => void) | null = null;
  const awaken = (): void => {
    wake?.();
    wake = null;
  };
  const stream = new ReadableStream<Uint8Array>({
    start: (started) => {
      controller = started;
    },
    pull: awaken,
    cancel: () => {
      controller = null;
      leave();
      awaken();
    },
  });
  return {
    head: (status, headers) => {
      const body = method === "HEAD" || NO_BODY.has(status) ? null : stream;
      resolve(new Response(body, { status, headers }));
    },
    write: (bytes) => {
      controller?.enqueue(typeof bytes === "string" ? encoder.encode(bytes) : bytes);
      return (controller?.desiredSize ?? 1) > 0;
    },
    drained: () =>
      new Promise((done) => {
        if ((controller?.desiredSize ?? 1) > 0) done();
        else wake = done;
      }),
    end: () => controller?.close(),
    cut: () => controller?.error(new TypeError("the answer was cut off")),
  };
}

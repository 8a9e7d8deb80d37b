import type { Header, RecordedRequest, RecordedResponse } from "../cassette/types.ts";
import { cutsOf } from "../wire/chunks.ts";
import { frontViewOf, wasLeft } from "./front-view.ts";
import { EXCHANGE_HEADER } from "./tap.ts";

const FRAMING = new Set(["content-length", "transfer-encoding", "accept-encoding", EXCHANGE_HEADER]);

/** The bridge as a function; what `createBridge` gives. */
export type Fetch = (request: Request) => Promise<Response>;

/**
 * Sends a recorded front request again. Where the recorded client left, this one leaves after as many events.
 * @throws Error when there is no end to the answer within `timeoutMs`
 */
export async function drive(
  fetch: Fetch,
  id: string,
  recorded: RecordedRequest,
  answer: RecordedResponse,
  timeoutMs: number,
): Promise<RecordedResponse> {
  const leaving = new AbortController();
  const timer = setTimeout(() => leaving.abort(new Error(`no end within ${timeoutMs} ms`)), timeoutMs);
  try {
    const response = await orAborted(fetch(requestOf(id, recorded, leaving.signal)), leaving.signal);
    const enough = wasLeft(answer) ? frontViewOf(answer).events.length : Infinity;
    return await readAnswer(response, enough, leaving.signal);
  } finally {
    clearTimeout(timer);
    leaving.abort();
  }
}

function requestOf(
  id: string,
  { method, path, headers, body }: RecordedRequest,
  signal: AbortSignal,
): Request {
  return new Request(`http://bridge${path}`, {
    method,
    headers: [...headers.filter(([name]) => !FRAMING.has(name)), [EXCHANGE_HEADER, id]],
    ...(body.length > 0 ? { body: Buffer.from(body) } : {}),
    signal,
  });
}

async function readAnswer(
  response: Response,
  enough: number,
  signal: AbortSignal,
): Promise<RecordedResponse> {
  const answer: RecordedResponse = {
    status: response.status,
    headers: Array.from(response.headers) as Header[],
    body: new Uint8Array(),
    cuts: [],
    end: "complete",
  };
  const chunks: Uint8Array[] = [];
  if (response.body === null) return answer;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await orAborted(reader.read(), signal);
    if (done) break;
    chunks.push(value);
    answer.body = new Uint8Array(Buffer.concat(chunks));
    if (frontViewOf({ ...answer, end: "harness-cut" }).events.length >= enough) {
      answer.end = `client-abort@${answer.body.length}`;
      await reader.cancel();
      break;
    }
  }
  return { ...answer, cuts: cutsOf(chunks) };
}

function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

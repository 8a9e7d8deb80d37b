import { isTimeout } from "../bridge/web/failure.ts";
import type { WebAnswer, WebAsk, WebSeam } from "../bridge/web/seam.ts";
import { decodeBody } from "../bridge/content-coding.ts";
import { headerOf, type Header, type WebFault, type WebHop } from "../cassette/types.ts";

/** Above what the bridge reads of anything. */
const MOST_UNPACKED = 64 * 1024 * 1024;

/** Keeps what the bridge asks of the web and what comes, by exchange. */
export interface WebRecorder {
  seam: WebSeam;
  /** Of one exchange, in order. */
  hopsOf(mark: string): WebHop[];
}

export function createWebRecorder(): WebRecorder {
  const hops = new Map<string, WebHop[]>();
  return {
    hopsOf: (mark) => hops.get(mark) ?? [],
    async seam(ask, live) {
      const hop = hopOf(ask);
      const mark = ask.mark ?? "";
      hops.set(mark, [...(hops.get(mark) ?? []), hop]);
      try {
        const answer = await live();
        hop.response.status = answer.statusCode;
        hop.response.headers = headersOf(answer.headers);
        return { ...answer, body: kept(answer.body, hop, ask) };
      } catch (error) {
        hop.response.end = "fin";
        hop.fault = faultOf(error, ask.signal);
        throw error;
      }
    },
  };
}

/** The way as it is kept: of a service, whose address is the user's own business, what stands behind it. */
export function requestOn(ask: WebAsk): Pick<WebHop, "origin" | "request"> {
  const prefix = ask.base === null ? "" : new URL(ask.base).pathname.replace(/\/$/, "");
  return {
    origin: ask.base === null ? ask.origin : null,
    request: {
      method: ask.method,
      path: ask.path.slice(prefix.length),
      headers: Object.entries(ask.headers),
      body: new Uint8Array(Buffer.from(ask.body ?? "")),
    },
  };
}

function hopOf(ask: WebAsk): WebHop {
  return {
    ...requestOn(ask),
    response: { status: null, headers: [], body: new Uint8Array(), cuts: [], end: "client-abort@0" },
    fault: null,
  };
}

function headersOf(headers: WebAnswer["headers"]): Header[] {
  return Object.entries(headers).flatMap(([name, value]): Header[] =>
    value === undefined ? [] : [[name, String(value)]],
  );
}

/** The same body; what is read of it is kept. */
function kept(body: WebAnswer["body"], hop: WebHop, { signal }: WebAsk): WebAnswer["body"] {
  const chunks: Uint8Array[] = [];
  const keep = (): void => {
    hop.response.body = new Uint8Array(Buffer.concat(chunks));
  };
  return {
    dump: (options) => body.dump(options),
    async *[Symbol.asyncIterator]() {
      try {
        for await (const chunk of body) {
          chunks.push(chunk);
          keep();
          hop.response.end = `client-abort@${hop.response.body.length}`;
          yield chunk;
        }
        hop.response.end = "complete";
        await unpack(hop);
      } catch (error) {
        hop.response.end = "fin";
        hop.fault = faultOf(error, signal);
        throw error;
      }
    },
  };
}

/** What is compressed hides what is in it, so it is kept as it reads; what cannot be read stays as it came. */
async function unpack({ response }: WebHop): Promise<void> {
  const coding = headerOf(response.headers, "content-encoding") ?? "";
  if (coding === "") return;
  const plain = await decodeBody(response.body, coding, MOST_UNPACKED).catch(() => undefined);
  if (plain === undefined) return;
  response.body = new Uint8Array(plain);
  response.headers = response.headers.filter(([name]) => name.toLowerCase() !== "content-encoding");
}

function faultOf(error: unknown, signal: AbortSignal): WebFault {
  if (isTimeout(error) || isTimeout(signal.reason)) return "timeout";
  if (signal.aborted) return "left";
  const cause = error instanceof Error ? error.cause : undefined;
  const refused = [error, cause].some((each) => each instanceof Error && each.name === "WebFailure");
  return refused ? "forbidden" : "unreachable";
}

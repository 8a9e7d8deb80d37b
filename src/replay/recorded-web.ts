import { forbidden } from "../bridge/web/guard.ts";
import type { WebAnswer, WebAsk, WebSeam } from "../bridge/web/seam.ts";
import type { Redactor } from "../cassette/redact.ts";
import type { Cassette, RecordedRequest, WebHop } from "../cassette/types.ts";
import { requestOn } from "./web-recorder.ts";

/** The search service of a session that is driven again: nothing is ever connected to. */
export const SEARCH_SERVICE = "http://search.invalid";

/** A request to the web, and what was recorded of it: nothing, when nothing was. */
export interface WebRerun {
  asked: Pick<WebHop, "origin" | "request">;
  hop: WebHop | undefined;
}

/** What a session fetched from the web, given again without a network. */
export interface RecordedWeb {
  seam: WebSeam;
  /** What was asked in one exchange, in order. */
  asked(exchange: string): WebRerun[];
  /** What was asked and not recorded. */
  missed(): WebRerun[];
  /** What nobody has asked for. */
  left(): { exchange: string; hop: WebHop }[];
}

export interface RecordedWebOptions {
  /** Takes out of what is asked what was taken out of the recording. */
  redactor?: Pick<Redactor, "line" | "query" | "body">;
  /** A request that has changed gets the answer that comes next, to be compared afterwards; else it gets none. */
  lenient?: boolean;
}

/**
 * Gives the recorded answer of the same request: of the same exchange first, then of any other, since what one
 * exchange has read another may have been served from.
 */
export function recordedWeb(
  cassette: Cassette,
  { redactor, lenient = false }: RecordedWebOptions = {},
): RecordedWeb {
  const waiting = cassette.exchanges.flatMap(({ id, web }) => web.map((hop) => ({ exchange: id, hop })));
  const asked = new Map<string, WebRerun[]>();
  const take = (own: string, request: WebRerun["asked"]): WebHop | undefined => {
    const key = keyOf(request);
    const ranked = [
      waiting.findIndex(({ exchange, hop }) => exchange === own && keyOf(hop) === key),
      waiting.findIndex(({ hop }) => keyOf(hop) === key),
      lenient ? waiting.findIndex(({ exchange }) => exchange === own) : -1,
    ];
    const index = ranked.find((at) => at >= 0);
    return index === undefined ? undefined : waiting.splice(index, 1)[0]?.hop;
  };
  return {
    asked: (exchange) => asked.get(exchange) ?? [],
    missed: () => [...asked.values()].flat().filter(({ hop }) => hop === undefined),
    left: () => [...waiting],
    async seam(ask) {
      const request = redacted(requestOn(ask), redactor);
      const exchange = ask.mark ?? "";
      const hop = take(exchange, request);
      asked.set(exchange, [...(asked.get(exchange) ?? []), { asked: request, hop }]);
      if (hop === undefined) throw new Error("nothing was recorded for this address");
      return answerOf(hop, ask);
    },
  };
}

function redacted(asked: WebRerun["asked"], redactor: RecordedWebOptions["redactor"]): WebRerun["asked"] {
  const { origin, request } = asked;
  if (redactor === undefined) return asked;
  const path = origin === null ? redactor.query(request.path) : redactor.line(request.path);
  const place = origin === null ? null : redactor.line(origin);
  return { origin: place, request: { ...request, path, body: redactor.body(request.body) } };
}

/** What makes two requests the same. */
function keyOf({ origin, request }: Pick<WebHop, "origin" | "request">): string {
  return JSON.stringify(viewOf(origin, request));
}

export function viewOf(origin: string | null, { method, path, body }: RecordedRequest): object {
  return { method, origin: origin ?? "the search service", path, body: Buffer.from(body).toString("utf8") };
}

async function answerOf({ response, fault }: WebHop, ask: WebAsk): Promise<WebAnswer> {
  if (response.status === null) return fail(fault, ask);
  const headers: Record<string, string> = Object.fromEntries(response.headers);
  return {
    statusCode: response.status,
    headers,
    body: {
      dump: () => Promise.resolve(),
      async *[Symbol.asyncIterator]() {
        if (response.body.length > 0) yield response.body;
        if (fault !== null) await fail(fault, ask);
      },
    },
  };
}

async function fail(fault: WebHop["fault"], { signal }: WebAsk): Promise<never> {
  if (fault === "forbidden") throw forbidden();
  if (fault === "timeout") throw new DOMException("it took too long when it was recorded", "TimeoutError");
  if (fault === "left")
    await new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    });
  throw new Error("it could not be reached when it was recorded");
}

import { jsonOf } from "../json.ts";
import type { TappedExchange } from "../../replay/tap.ts";
import type { Finding } from "../../strict/finding.ts";
import { readExchange, showRequest, type Exchange, type UpstreamCall } from "../exchange.ts";
import { recordOf } from "../path.ts";
import type { Send } from "../send.ts";

/** The client's requests for answers, each with the upstream requests that bear its exchange id. */
export function messageExchanges(
  tapped: readonly TappedExchange[],
  upstream: readonly UpstreamCall[] | null,
  back: readonly TappedExchange[] | null = null,
): Exchange[] {
  return tapped
    .filter(({ method, path }) => method === "POST" && /^\/v1\/messages(\?|$)/.test(path))
    .map((exchange, index) => toExchange(exchange, index, upstream, back));
}

function toExchange(
  tapped: TappedExchange,
  index: number,
  upstream: readonly UpstreamCall[] | null,
  back: readonly TappedExchange[] | null,
): Exchange {
  const { method, path, exchangeId, response } = tapped;
  const body = new TextDecoder().decode(tapped.request.body);
  const caused = upstream?.filter(({ headers }) => headers["x-bridge-exchange"] === exchangeId) ?? null;
  const headers = response.headers.map(([name, value]): [string, string] => [name.toLowerCase(), value]);
  return readExchange(
    sendOf(tapped, index),
    { method, path, headers: tapped.request.headers, body },
    {
      status: response.status ?? 0,
      headers,
      body: Buffer.concat(response.chunks.map(({ bytes }) => bytes)),
      chunks: response.chunks,
      end: response.end === "complete" ? "complete" : { error: response.end },
    },
    caused,
    back?.filter((one) => one.exchangeId === exchangeId) ?? null,
  );
}

/** The client chose everything: the send only names the turn. `status` as outcome: errors are judged by the case. */
function sendOf({ method, path }: TappedExchange, index: number): Send {
  return {
    name: `turn ${index + 1}`,
    mode: null,
    split: "line",
    method,
    path,
    headers: [],
    request: null,
    body: null,
    answers: [],
    says: null,
    expect: ["status.no-server-error"],
  };
}

/**
 * A client that meets a fault in a stream hides it: it asks again without a stream, or sends the
 * same body again. Both must not happen.
 */
export function fallbackFindings(exchanges: readonly Exchange[], allowed: number): Finding[] {
  const seen = new Set<string>();
  const again = exchanges.filter(({ request }) => {
    const unstreamed = recordOf(jsonOf(request.body))["stream"] !== true;
    const repeated = seen.has(request.body);
    seen.add(request.body);
    return unstreamed || repeated;
  });
  if (again.length <= allowed) return [];
  return again.map((exchange) => ({
    rule: "no-fallback",
    message: `[${exchange.send.name}] the client asked again: without a stream, or with the same body`,
    evidence: showRequest(exchange),
    severity: "error",
  }));
}

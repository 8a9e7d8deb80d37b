import { decodeUtf8 } from "./pieces.ts";
import type { Redactor } from "./redact.ts";
import type { Cassette, Exchange, RecordedRequest, RecordedResponse, UpstreamHop } from "./types.ts";

/**
 * The cassette as it may be kept: first everything is shown to the redactor, then everything is
 * redacted, so that what stands late in the session is taken out of its beginning too.
 */
export function redactCassette(cassette: Cassette, redactor: Redactor): Cassette {
  for (const { clientRequest } of cassette.exchanges) redactor.learnRequest(clientRequest.body);
  for (const body of bodiesOf(cassette))
    redactor.learn(decodeUtf8(body) ?? Buffer.from(body).toString("latin1"));
  const { client } = cassette.manifest;
  const environment = Object.entries(client.environment).map(([name, value]) => [name, redactor.line(value)]);
  return {
    exchanges: cassette.exchanges.map((exchange) => redactExchange(exchange, redactor)),
    unpaired: cassette.unpaired.map((hop) => redactHop(hop, redactor)),
    manifest: {
      ...cassette.manifest,
      title: redactor.line(cassette.manifest.title),
      upstream: {
        ...cassette.manifest.upstream,
        description: redactor.line(cassette.manifest.upstream.description),
      },
      client: {
        ...client,
        command: client.command.map((word) => redactor.line(word)),
        environment: Object.fromEntries(environment) as Record<string, string>,
      },
      places: redactor.places,
      redaction: { ...cassette.manifest.redaction, counts: { ...redactor.counts } },
    },
  };
}

/** Every body of a cassette. */
export function bodiesOf({ exchanges, unpaired }: Cassette): Uint8Array[] {
  const hops = [...unpaired, ...exchanges.flatMap(({ upstream }) => upstream)];
  return [
    ...exchanges.flatMap(({ clientRequest, bridgeResponse }) => [clientRequest.body, bridgeResponse.body]),
    ...hops.flatMap(({ bridgeRequest, upstreamResponse }) => [bridgeRequest.body, upstreamResponse.body]),
  ];
}

function redactExchange(exchange: Exchange, redactor: Redactor): Exchange {
  return {
    ...exchange,
    clientRequest: redactRequest(exchange.clientRequest, redactor),
    upstream: exchange.upstream.map((hop) => redactHop(hop, redactor)),
    bridgeResponse: redactResponse(exchange.bridgeResponse, redactor),
  };
}

function redactHop({ bridgeRequest, upstreamResponse }: UpstreamHop, redactor: Redactor): UpstreamHop {
  return {
    bridgeRequest: redactRequest(bridgeRequest, redactor),
    upstreamResponse: redactResponse(upstreamResponse, redactor),
  };
}

function redactRequest(request: RecordedRequest, redactor: Redactor): RecordedRequest {
  return {
    ...request,
    path: redactor.line(request.path),
    headers: redactor.headers(request.headers),
    body: redactor.body(request.body),
  };
}

function redactResponse(response: RecordedResponse, redactor: Redactor): RecordedResponse {
  return { ...response, headers: redactor.headers(response.headers), body: redactor.body(response.body) };
}

import { decodeUtf8 } from "./pieces.ts";
import type { Redactor } from "./redact.ts";
import { headerOf } from "./types.ts";
import type { Cassette, Exchange, RecordedRequest, RecordedResponse, UpstreamHop, WebHop } from "./types.ts";

/**
 * The cassette as it may be kept: first everything is shown to the redactor, then everything is
 * redacted, so that what stands late in the session is taken out of its beginning too.
 */
export function redactCassette(cassette: Cassette, redactor: Redactor): Cassette {
  for (const { clientRequest } of cassette.exchanges) redactor.learnRequest(clientRequest.body);
  for (const body of bodiesOf(cassette))
    redactor.learn(decodeUtf8(body) ?? Buffer.from(body).toString("latin1"));
  for (const address of addressesOf(cassette)) redactor.learn(address);
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
    ...exchanges.flatMap(({ web }) => web.flatMap(({ request, response }) => [request.body, response.body])),
    ...hops.flatMap(({ bridgeRequest, upstreamResponse }) => [bridgeRequest.body, upstreamResponse.body]),
  ];
}

/** Every address that the bridge fetched something from, as it stands and with its escapes resolved. */
export function addressesOf({ exchanges }: Cassette): string[] {
  return exchanges.flatMap(({ web }) =>
    web.flatMap(({ origin, request, response }) =>
      [`${origin ?? ""}${request.path}`, headerOf(response.headers, "location") ?? ""].flatMap((address) => [
        address,
        unescaped(address),
      ]),
    ),
  );
}

function unescaped(address: string): string {
  return address
    .replaceAll("+", " ")
    .replaceAll(/%[0-9a-f]{2}/gi, (hex) => String.fromCharCode(Number.parseInt(hex.slice(1), 16)));
}

function redactExchange(exchange: Exchange, redactor: Redactor): Exchange {
  return {
    ...exchange,
    clientRequest: redactRequest(exchange.clientRequest, redactor),
    upstream: exchange.upstream.map((hop) => redactHop(hop, redactor)),
    web: exchange.web.map((hop) => redactWebHop(hop, redactor)),
    bridgeResponse: redactResponse(exchange.bridgeResponse, redactor),
  };
}

function redactHop({ bridgeRequest, upstreamResponse }: UpstreamHop, redactor: Redactor): UpstreamHop {
  return {
    bridgeRequest: redactRequest(bridgeRequest, redactor),
    upstreamResponse: redactResponse(upstreamResponse, redactor),
  };
}

function redactWebHop({ origin, request, response, fault }: WebHop, redactor: Redactor): WebHop {
  return {
    origin: origin === null ? null : redactor.line(origin),
    request: {
      ...request,
      path: origin === null ? redactor.query(request.path) : redactor.line(request.path),
      headers: redactor.headers(request.headers),
      body: redactor.body(request.body),
    },
    response: {
      ...response,
      headers: redactor.webHeaders(response.headers),
      body: redactor.page(response.body),
    },
    fault,
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

import { describeDifference, diffJson, type Difference } from "./diff.ts";
import { canonicalRequest } from "./normalise.ts";
import { Aliases, normaliseText, TEXT_RULES } from "./normalise-text.ts";
import { decodeUtf8 } from "./pieces.ts";
import type { Cassette, Exchange, RecordedRequest, RecordedResponse, WebHop } from "./types.ts";

/** What differs between two recordings in what was said; times, chunks and ids left aside. One line each. */
export function diffCassettes(before: Cassette, after: Cassette): string[] {
  const count =
    before.exchanges.length === after.exchanges.length
      ? []
      : [`exchanges  recorded ${before.exchanges.length}  got ${after.exchanges.length}`];
  const pairs = pairUp(before, after).flatMap(([one, other]) => diffExchange(one, other, before, after));
  return [...count, ...pairs];
}

/** Exchanges of the same request belong together, whenever they came; the others go by their order. */
function pairUp(before: Cassette, after: Cassette): [Exchange, Exchange][] {
  const digests = new Map(after.exchanges.map((exchange) => [exchange, digest(exchange, after)]));
  const left = new Set(after.exchanges);
  const same = before.exchanges.map((exchange) => {
    const wanted = digest(exchange, before);
    const found = [...left].find((other) => digests.get(other) === wanted);
    if (found !== undefined) left.delete(found);
    return found;
  });
  const rest = [...left];
  return before.exchanges.flatMap((exchange, index): [Exchange, Exchange][] => {
    const other = same[index] ?? rest.shift();
    return other === undefined ? [] : [[exchange, other]];
  });
}

function digest({ clientRequest }: Exchange, { manifest }: Cassette): string {
  return canonicalRequest(clientRequest, manifest.places).digest;
}

function diffExchange(a: Exchange, b: Exchange, before: Cassette, after: Cassette): string[] {
  const request = (one: RecordedRequest, other: RecordedRequest): Difference[] =>
    diffJson(view(one, before), view(other, after));
  const hops = Math.max(a.upstream.length, b.upstream.length);
  const upstream = Array.from({ length: hops }, (_, index): [string, Difference[]][] => {
    const [one, other] = [a.upstream[index], b.upstream[index]];
    if (one === undefined || other === undefined)
      return [
        [
          "upstream",
          [
            {
              pointer: `/${index}`,
              recorded: one === undefined ? undefined : "asked",
              got: other === undefined ? undefined : "asked",
            },
          ],
        ],
      ];
    return [
      [`upstream ${index} request`, request(one.bridgeRequest, other.bridgeRequest)],
      [`upstream ${index} answer`, diffJson(answer(one.upstreamResponse), answer(other.upstreamResponse))],
    ];
  }).flat();
  const parts: [string, Difference[]][] = [
    ["front request", request(a.clientRequest, b.clientRequest)],
    ...upstream,
    ["web", diffJson(a.web.map(fetched), b.web.map(fetched))],
    ["front answer", diffJson(answer(a.bridgeResponse), answer(b.bridgeResponse))],
  ];
  return parts.flatMap(([part, differences]) =>
    differences.map((difference) => `${a.id} ${part} ${describeDifference(difference)}`),
  );
}

function view(request: RecordedRequest, { manifest }: Cassette): unknown {
  const { hard, soft } = canonicalRequest(request, manifest.places);
  return { method: request.method, path: request.path, hard, soft };
}

function fetched({ origin, request, response, fault }: WebHop): unknown {
  return { origin, method: request.method, path: request.path, fault, ...(answer(response) as object) };
}

/** What a model server counts and mints anew in every run. */
const MINTED = /(?<="(?:created|\w*_duration)":)\d+|chatcmpl-[A-Za-z0-9]+|req_[A-Za-z0-9]+/g;

function answer({ status, body, end }: RecordedResponse): unknown {
  const aliases = new Aliases();
  const clean = (line: string): string =>
    normaliseText(line, NOWHERE, TEXT_RULES, aliases).replaceAll(MINTED, (span) =>
      aliases.name("minted", span),
    );
  const lines = decodeUtf8(body)?.split("\n").map(clean);
  return { status, end: end.replace(/@.*$/, ""), lines: lines ?? "not text" };
}

const NOWHERE = { home: null, cwd: null };

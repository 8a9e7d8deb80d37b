import { describeDifference, diffJson, type Difference } from "./diff.ts";
import { canonicalRequest } from "./normalise.ts";
import { decodeUtf8 } from "./pieces.ts";
import type { Cassette, Exchange, RecordedRequest, RecordedResponse } from "./types.ts";

/** What differs between two recordings in what was said; times, chunks and ids left aside. One line each. */
export function diffCassettes(before: Cassette, after: Cassette): string[] {
  const count =
    before.exchanges.length === after.exchanges.length
      ? []
      : [`exchanges  recorded ${before.exchanges.length}  got ${after.exchanges.length}`];
  const pairs = before.exchanges.flatMap((exchange, index) => {
    const other = after.exchanges[index];
    return other === undefined ? [] : diffExchange(exchange, other, before, after);
  });
  return [...count, ...pairs];
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

function answer({ status, body, end }: RecordedResponse): unknown {
  return { status, end: end.replace(/@.*$/, ""), lines: decodeUtf8(body)?.split("\n") ?? "not text" };
}

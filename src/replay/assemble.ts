import type {
  Exchange,
  Pairing,
  RecordedResponse,
  ResponseTiming,
  UpstreamHop,
  WebHop,
} from "../cassette/types.ts";
import { cutsOf } from "../wire/chunks.ts";
import { isChat } from "./compare.ts";
import type { TappedExchange, TappedResponse } from "./tap.ts";

export interface Assembled {
  exchanges: Exchange[];
  unpaired: UpstreamHop[];
}

/**
 * Joins what the two taps saw. An upstream request belongs to the exchange whose mark it bears; without
 * a mark, to the only one that was open; else nobody knows, and every exchange it may belong to says so.
 */
export function assemble(
  front: readonly TappedExchange[],
  back: readonly TappedExchange[],
  webOf: (exchange: string) => WebHop[] = () => [],
): Assembled {
  const began = Math.min(...front.map(({ receivedAt }) => receivedAt));
  const owners = back.map((hop) => ownerOf(hop, front));
  const exchanges = front.map((tapped): Exchange => {
    const hops = back.filter((_, index) => owners[index]?.owner === tapped);
    return {
      id: tapped.exchangeId ?? "",
      pairing: pairingOf(tapped, owners),
      clientRequest: tapped.request,
      upstream: hops.map(hopOf),
      web: webOf(tapped.exchangeId ?? ""),
      bridgeResponse: responseOf(tapped.response),
      timing: { front: timingOf(tapped, began), upstream: hops.map((hop) => timingOf(hop, began)) },
    };
  });
  return { exchanges, unpaired: back.filter((_, index) => owners[index]?.owner === undefined).map(hopOf) };
}

interface Ownership {
  owner: TappedExchange | undefined;
  pairing: Pairing;
  suspects: TappedExchange[];
}

function ownerOf(hop: TappedExchange, front: readonly TappedExchange[]): Ownership {
  if (hop.exchangeId !== null) {
    const owner = front.find(({ exchangeId }) => exchangeId === hop.exchangeId);
    return { owner, pairing: "header", suspects: [] };
  }
  const open = front.filter((exchange) => isOpenAt(exchange, hop.receivedAt));
  if (!isChat(hop.request)) return { owner: undefined, pairing: "none", suspects: [] };
  return open.length === 1
    ? { owner: open[0], pairing: "window", suspects: [] }
    : { owner: undefined, pairing: "none", suspects: open };
}

function isOpenAt({ receivedAt, response }: TappedExchange, time: number): boolean {
  return receivedAt <= time && (response.endAt === null || receivedAt + response.endAt >= time);
}

function pairingOf(exchange: TappedExchange, owners: readonly Ownership[]): Pairing {
  if (owners.some(({ suspects }) => suspects.includes(exchange))) return "none";
  return owners.some(({ owner, pairing }) => owner === exchange && pairing === "window")
    ? "window"
    : "header";
}

function hopOf(tapped: TappedExchange): UpstreamHop {
  return { bridgeRequest: tapped.request, upstreamResponse: responseOf(tapped.response) };
}

function responseOf({ status, headers, chunks, end }: TappedResponse): RecordedResponse {
  const bytes = chunks.map((chunk) => chunk.bytes);
  return { status, headers, body: new Uint8Array(Buffer.concat(bytes)), cuts: cutsOf(bytes), end };
}

function timingOf({ receivedAt, response }: TappedExchange, began: number): ResponseTiming {
  return {
    requestAt: Math.max(0, Math.round((receivedAt - began) * 10) / 10),
    headersAt: response.headersAt,
    chunks: response.chunks.map(({ at }) => at),
    endAt: response.endAt,
  };
}

import { expect, test } from "vitest";
import type { TappedExchange } from "../../replay/tap.ts";
import type { UpstreamCall } from "../exchange.ts";
import { fallbackFindings, messageExchanges } from "./claude-traffic.ts";

function tapped(n: number, body: unknown, path = "/v1/messages?beta=true"): TappedExchange {
  return {
    n,
    exchangeId: `x${n}`,
    method: "POST",
    path,
    receivedAt: 0,
    inFlight: 0,
    request: { method: "POST", path, headers: [], body: new TextEncoder().encode(JSON.stringify(body)) },
    response: {
      status: 200,
      headers: [["Content-Type", "application/json"]],
      headersAt: 0,
      chunks: [],
      end: "complete",
      endAt: 0,
    },
  };
}

test.each([
  [
    "different streams",
    [
      { stream: true, n: 1 },
      { stream: true, n: 2 },
    ],
    0,
  ],
  ["the same body twice", [{ stream: true }, { stream: true }], 1],
  ["without a stream", [{ stream: true }, { stream: false, n: 2 }], 1],
  ["both", [{ stream: true }, { stream: true }, {}], 2],
])("%s", (_what, bodies, count) => {
  const exchanges = messageExchanges(
    bodies.map((body, index) => tapped(index + 1, body)),
    null,
  );
  expect(fallbackFindings(exchanges, 0)).toHaveLength(count);
  expect(fallbackFindings(exchanges, count)).toEqual([]);
});

test("each request has the upstream request of its own exchange; other routes are left out", () => {
  const upstream = ["x2", "x1"].map((id): UpstreamCall => ({
    method: "POST",
    path: "/api/chat",
    headers: { "x-bridge-exchange": id },
    body: id,
    json: {},
    closedBy: null,
  }));
  const exchanges = messageExchanges(
    [tapped(1, { n: 1 }), tapped(2, { n: 2 }), tapped(3, {}, "/v1/messages/count_tokens")],
    upstream,
  );
  expect(exchanges.map((exchange) => exchange.upstream?.map(({ body }) => body))).toEqual([["x1"], ["x2"]]);
});

import { expect, test } from "vitest";
import { bytes, request } from "../testing/cassettes.ts";
import { assemble } from "./assemble.ts";
import type { TappedExchange } from "./tap.ts";

function tapped(
  exchangeId: string | null,
  from: number,
  to: number | null,
  path = "/api/chat",
): TappedExchange {
  return {
    n: 1,
    exchangeId,
    method: "POST",
    path,
    receivedAt: from,
    inFlight: 0,
    request: request({}, { path }),
    response: {
      status: 200,
      headers: [],
      headersAt: 1,
      chunks: [
        { at: 1, bytes: bytes("ab") },
        { at: 2, bytes: bytes("c") },
      ],
      end: "complete",
      endAt: to === null ? null : to - from,
    },
  };
}

const front = [tapped("0001", 100, 200), tapped("0002", 150, 300)];
const shape = (back: TappedExchange[]): unknown => {
  const { exchanges, unpaired } = assemble(front, back);
  return [exchanges.map(({ pairing, upstream }) => `${pairing} ${upstream.length}`), unpaired.length];
};

test.each<[string, TappedExchange[], unknown]>([
  [
    "by the mark, whenever it comes",
    [tapped("0002", 110, 120), tapped("0002", 400, 410)],
    [["header 0", "header 2"], 0],
  ],
  [
    "by the only exchange that was open",
    [tapped(null, 110, 120), tapped(null, 250, 260)],
    [["window 1", "window 1"], 0],
  ],
  ["not at all when two were open", [tapped(null, 160, 170)], [["none 0", "none 0"], 1]],
  ["not at all when none was", [tapped(null, 50, 60)], [["header 0", "header 0"], 1]],
  [
    "questions about the server are nobody's",
    [tapped(null, 110, 120, "/api/show")],
    [["header 0", "header 0"], 1],
  ],
  ["an unknown mark is nobody's", [tapped("0099", 110, 120)], [["header 0", "header 0"], 1]],
])("upstream requests are paired %s", (_, back, expected) => {
  expect(shape(back)).toEqual(expected);
});

test("chunks become a body and its cuts, times count from the first request", () => {
  const [exchange] = assemble([tapped("0001", 100, 200)], [tapped("0001", 110.04, null)]).exchanges;
  expect(exchange?.bridgeResponse).toMatchObject({ body: bytes("abc"), cuts: [2] });
  expect(exchange?.timing).toEqual({
    front: { requestAt: 0, headersAt: 1, chunks: [1, 2], endAt: 100 },
    upstream: [{ requestAt: 10, headersAt: 1, chunks: [1, 2], endAt: null }],
  });
});

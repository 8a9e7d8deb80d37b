import type { RequestListener } from "node:http";
import { expect, test } from "vitest";
import { readCassette } from "../cassette/read.ts";
import type { Cassette, Exchange, UpstreamHop } from "../cassette/types.ts";
import { exchange, response } from "../testing/cassettes.ts";
import { chunk, recordRequests as record, sayText, TEXT, turn } from "../testing/record-requests.ts";
import { acceptReruns } from "./accept.ts";
import { compareExchange, isChat } from "./compare.ts";
import { describeFinding } from "./describe.ts";
import { verifyCassette } from "./verify.ts";

/** What the bridge asked the model, without what it asked about it. */
function chats({ upstream }: Exchange): UpstreamHop[] {
  return upstream.filter(({ bridgeRequest }) => isChat(bridgeRequest));
}

const first = (cassette: Cassette): NonNullable<Cassette["exchanges"][0]> =>
  cassette.exchanges[0] ?? expect.fail("no exchange");

test("what was recorded is verified, from disk, in both hops", async () => {
  const { folder } = await record({
    upstream: sayText,
    bodies: [turn("one"), turn("two", { stream: false })],
  });
  const cassette = await readCassette(folder);
  expect(
    cassette.exchanges.map((exchange) => [exchange.id, exchange.pairing, chats(exchange).length]),
  ).toEqual([
    ["0001", "header", 1],
    ["0002", "header", 1],
  ]);
  expect(Buffer.from(chats(first(cassette))[0]?.upstreamResponse.body ?? []).toString()).toBe(TEXT);
  expect(chats(first(cassette))[0]?.upstreamResponse.cuts).toContain(50);
  expect(await verifyCassette(cassette)).toMatchObject({ exchanges: 2, findings: [] });
});

test("a recording refuses CI and what is there, and keeps nothing of nothing", async () => {
  await expect(
    record({ upstream: sayText, bodies: [], options: { env: { CI: "true" } } }),
  ).rejects.toMatchObject({ code: "usage" });
  const { folder } = await record({ upstream: sayText, bodies: [turn("one")] });
  await expect(
    record({ upstream: sayText, bodies: [turn("one")], options: { folder } }),
  ).rejects.toMatchObject({ code: "usage" });
  await expect(record({ upstream: sayText, bodies: [] })).rejects.toMatchObject({ code: "replay-empty" });
});

test("retries, refusals and cuts are part of an exchange, and verified as such", async () => {
  let asked = 0;
  const upstream: RequestListener = (incoming, answer) => {
    incoming.resume();
    asked++;
    if (asked === 1)
      answer.writeHead(503, { "content-type": "application/json" }).end('{"error":{"message":"busy"}}');
    else if (asked === 2) sayText(incoming, answer);
    else if (asked === 3)
      answer.writeHead(401, { "content-type": "application/json" }).end('{"error":{"message":"no"}}');
    else
      answer.write(TEXT.slice(0, 150), () =>
        setTimeout(() => (asked === 4 ? answer.socket?.resetAndDestroy() : answer.socket?.end()), 10),
      );
  };
  const { cassette } = await record({ upstream, bodies: [turn("a"), turn("b"), turn("c"), turn("d")] });
  const shape = cassette.exchanges.map((exchange) => [
    chats(exchange)
      .map(({ upstreamResponse: { status, end } }) => `${status} ${end}`)
      .join(", "),
    exchange.bridgeResponse.status,
  ]);
  expect(shape).toEqual([
    ["503 complete, 200 complete", 200],
    ["401 complete", 502],
    ["200 rst", 200],
    ["200 fin", 200],
  ]);
  expect((await verifyCassette(cassette)).findings.map(describeFinding)).toEqual([]);
});

test("a client that leaves is recorded, and leaves again", async () => {
  const { cassette } = await record({
    upstream: (incoming, answer) => {
      incoming.resume();
      answer.writeHead(200, { "content-type": "text/event-stream" });
      answer.write(chunk({ role: "assistant", content: "Hello" }));
    },
    bodies: [turn("one")],
    read: async (body) => {
      for await (const piece of body) if (String(piece).includes("Hello")) break;
    },
  });
  expect(cassette.exchanges[0]?.bridgeResponse.end).toMatch(/^client-abort@\d+$/);
  expect(chats(first(cassette))[0]?.upstreamResponse.end).toMatch(/^client-abort@\d+$/);
  expect((await verifyCassette(cassette)).findings.map(describeFinding)).toEqual([]);
});

const counted = (n: number): Partial<Exchange> => ({
  bridgeResponse: response(
    `event: message_start\ndata: {"type":"message_start","message":{"usage":{"input_tokens":${n}}}}\n\n`,
  ),
});

test("estimates are compared, but not where exchanges ran at the same time", () => {
  const recorded = exchange("0001", counted(10));
  const rerun = { upstream: [], web: [], front: exchange("0001", counted(11)).bridgeResponse };
  expect(compareExchange(recorded, rerun).map(describeFinding)).toEqual([
    "exchange 0001 front /events/0/data/message/usage/input_tokens  recorded 10  got 11",
  ]);
  expect(compareExchange(recorded, rerun, { estimates: false })).toEqual([]);
});

type Change = (cassette: Cassette) => void;
const swap = (body: Uint8Array, from: string, to: string): Uint8Array =>
  new Uint8Array(Buffer.from(Buffer.from(body).toString().replace(from, to)));

test.each<[string, Change, string, string]>([
  [
    "a changed upstream request",
    (c) =>
      Object.assign(chats(first(c))[0]?.bridgeRequest ?? {}, {
        body: swap(chats(first(c))[0]?.bridgeRequest.body ?? new Uint8Array(), '"one"', '"eno"'),
      }),
    "changed",
    'exchange 0001 upstream /0/body/messages/0/content  recorded "eno"  got "one"',
  ],
  [
    "a changed front event",
    (c) => (first(c).bridgeResponse.body = swap(first(c).bridgeResponse.body, "Hel", "Hal")),
    "changed",
    'exchange 0001 front /events/2/data/delta/text  recorded "Hal"  got "Hel"',
  ],
  [
    "another status",
    (c) => (first(c).bridgeResponse.status = 500),
    "changed",
    "exchange 0001 front /status  recorded 500  got 200",
  ],
  [
    "one upstream request fewer",
    (c) => first(c).upstream.push(...first(c).upstream),
    "count",
    "exchange 0001 number of upstream requests /length  recorded 2  got 1",
  ],
  [
    "an exchange nobody can pair",
    (c) => (first(c).pairing = "none"),
    "count",
    'exchange 0001 upstream /pairing  recorded "none"  got nothing',
  ],
])("verify names %s", async (_, change, kind, line) => {
  const { cassette } = await record({ upstream: sayText, bodies: [turn("one")] });
  change(cassette);
  const { findings } = await verifyCassette(cassette);
  expect(findings.map((finding) => [finding.kind, describeFinding(finding)])).toContainEqual([kind, line]);
});

test("one upstream request more is a count too", async () => {
  const { cassette } = await record({ upstream: sayText, bodies: [turn("one")] });
  first(cassette).upstream = [];
  const { findings } = await verifyCassette(cassette);
  expect(findings.map(({ kind }) => kind)).toContain("count");
});

test("accept rewrites our two sides and no byte of the others", async () => {
  const { cassette } = await record({ upstream: sayText, bodies: [turn("one")] });
  const original = structuredClone(cassette);
  const exchange = first(cassette);
  exchange.bridgeResponse.body = swap(exchange.bridgeResponse.body, "Hel", "Hal");
  const [hop] = chats(exchange);
  Object.assign(hop?.bridgeRequest ?? {}, {
    body: swap(hop?.bridgeRequest.body ?? new Uint8Array(), '"one"', '"eno"'),
  });
  const accepted = acceptReruns(cassette, await verifyCassette(cassette));
  expect(accepted.exchanges[0]?.clientRequest).toEqual(original.exchanges[0]?.clientRequest);
  expect(accepted.exchanges[0]?.upstream).toEqual(original.exchanges[0]?.upstream);
  expect(Buffer.from(accepted.exchanges[0]?.bridgeResponse.body ?? []).toString()).toBe(
    Buffer.from(original.exchanges[0]?.bridgeResponse.body ?? []).toString(),
  );
  expect((await verifyCassette(accepted)).findings).toEqual([]);
  exchange.upstream = [];
  const counted = await verifyCassette(cassette);
  expect(() => acceptReruns(cassette, counted)).toThrow("another number of times");
});

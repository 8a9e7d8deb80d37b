import { request as undiciRequest } from "undici";
import { expect, onTestFinished, test } from "vitest";
import { Redactor } from "../cassette/redact.ts";
import type { Exchange } from "../cassette/types.ts";
import { bytes, cassette, exchange, request, response } from "../testing/cassettes.ts";
import { delaysOf, parsePace } from "./pace.ts";
import { startPlayer, type Player, type PlayerOptions } from "./player.ts";
import { failuresOf, fidelityLine } from "./verdict.ts";

const SSE = 'event: ping\ndata: {"type":"ping"}\n\n';

async function player(exchanges: Exchange[], options: Partial<PlayerOptions> = {}): Promise<Player> {
  const redactor = new Redactor({ profile: "published" });
  const started = await startPlayer(cassette(exchanges), { surface: "front", redactor, ...options });
  onTestFinished(() => started.close());
  return started;
}

const turn = (text: string, more: object = {}): object => ({
  model: "scripted",
  stream: true,
  messages: [{ role: "user", content: text }],
  ...more,
});

const recorded = (id: string, body: object, overrides: Partial<Exchange> = {}): Exchange =>
  exchange(id, { clientRequest: request(body), ...overrides });

async function ask(
  target: Player,
  body: unknown,
  path = "/v1/messages?beta=true",
): Promise<{ status: number; text: string; retry: unknown }> {
  const answer = await undiciRequest(target.url + path, { method: "POST", body: JSON.stringify(body) });
  return {
    status: answer.statusCode,
    text: await answer.body.text(),
    retry: answer.headers["x-should-retry"],
  };
}

test("a request is answered by what it says, not by its turn", async () => {
  const target = await player([
    recorded("0001", turn("one")),
    recorded("0002", turn("two"), { bridgeResponse: response("data: 2\n\n") }),
  ]);
  expect((await ask(target, turn("two"))).text).toBe("data: 2\n\n");
  expect((await ask(target, turn("one", { metadata: { user_id: "x" } }))).text).toBe(SSE);
  expect(fidelityLine(target.report())).toBe(
    "served 2/2 exact 2 reordered 1 unconsumed 0 (asap: chunk boundaries not exercised)",
  );
  expect(failuresOf(target.report(), true)).toEqual([]);
});

test.each<[string, object, object[], string]>([
  [
    "drifted",
    turn("one"),
    [turn("one", { max_tokens: 5 })],
    "ReplayMiss [drifted] POST /v1/messages: exchange 0001 drifted at /max_tokens  recorded nothing  got 5",
  ],
  [
    "wrong-lane",
    turn("12 files"),
    [turn("13 files")],
    'ReplayMiss [wrong-lane] POST /v1/messages: exchange 0001 drifted at /messages/0/content  recorded "12 files"  got "13 files"',
  ],
  [
    "already-consumed",
    turn("one"),
    [turn("one"), turn("one")],
    "ReplayMiss [already-consumed] POST /v1/messages: exchange 0001 was served, and the recording asks for it once",
  ],
  [
    "re-sent",
    turn("one"),
    [turn("one"), turn("one", { stream: false })],
    "ReplayMiss [re-sent] POST /v1/messages: turn of exchange 0001 again, /stream  recorded true  got false",
  ],
])("a miss is 410, not to be retried, and one line: %s", async (reason, tape, live, message) => {
  const target = await player([recorded("0001", tape)]);
  const answers = [];
  for (const body of live) answers.push(await ask(target, body));
  const last = answers.at(-1);
  expect([last?.status, last?.retry]).toEqual([410, "false"]);
  expect(JSON.parse(last?.text ?? "")).toMatchObject({ type: "error", error: { message } });
  expect(target.report().misses.map((miss) => miss.reason)).toEqual([reason]);
  expect(failuresOf(target.report(), false)).toContain(message);
});

test("count_tokens and HEAD are routes of their own", async () => {
  const target = await player([
    recorded("0001", turn("one"), {
      clientRequest: request(turn("one"), { path: "/v1/messages/count_tokens?beta=true" }),
      bridgeResponse: response('{"input_tokens":3}'),
    }),
    exchange("0002", {
      clientRequest: request("", { method: "HEAD", path: "/api/hello" }),
      bridgeResponse: response("", { status: 404 }),
    }),
  ]);
  expect((await ask(target, turn("one"))).text).toContain("[out-of-scope] POST /v1/messages");
  expect((await ask(target, turn("one"), "/v1/messages/count_tokens?beta=true")).text).toBe(
    '{"input_tokens":3}',
  );
  expect((await undiciRequest(`${target.url}/api/hello`, { method: "HEAD" })).statusCode).toBe(404);
  expect(target.report()).toMatchObject({ served: ["0001", "0002"], unconsumed: [] });
});

test("equal requests are answered in the order of recording", async () => {
  const target = await player([
    recorded("0001", turn("one")),
    recorded("0002", turn("one"), { bridgeResponse: response("data: 2\n\n") }),
  ]);
  expect([(await ask(target, turn("one"))).text, (await ask(target, turn("one"))).text]).toEqual([
    SSE,
    "data: 2\n\n",
  ]);
});

test("a soft difference is drift: served, and told", async () => {
  const target = await player([recorded("0001", turn("one", { system: "be kind" }))]);
  expect((await ask(target, turn("one", { system: "a very long system prompt, which is new" }))).status).toBe(
    200,
  );
  const report = target.report();
  expect(report).toMatchObject({ exact: 0, unconsumed: [] });
  expect(failuresOf(report, false)).toEqual([]);
  expect(failuresOf(report, true)[0]).toMatch(
    /^drift: exchange 0001 \/~1system {2}recorded "be kind" {2}got "\[prose:/,
  );
});

test("what nobody asked for fails the replay", async () => {
  const target = await player([recorded("0001", turn("one"))]);
  expect(failuresOf(target.report(), false)).toEqual(["unconsumed: exchange 0001 was never asked for"]);
});

test("chunks are written where they were cut, at a pace that keeps them apart", async () => {
  const body = "data: 日本\n\ndata: two\n\n";
  const target = await player(
    [recorded("0001", turn("one"), { bridgeResponse: response(body, { cuts: [7, 14] }) })],
    { pace: "gap:5ms" },
  );
  const answer = await undiciRequest(`${target.url}/v1/messages`, {
    method: "POST",
    body: JSON.stringify(turn("one")),
  });
  const sizes: number[] = [];
  for await (const chunk of answer.body) sizes.push((chunk as Buffer).length);
  expect(sizes).toEqual([7, 7, bytes(body).length - 14]);
});

test.each([
  ["rst", "ECONNRESET"],
  ["fin", "other side closed"],
] as const)("an answer that ended by %s ends so again", async (end, message) => {
  const target = await player([
    recorded("0001", turn("one"), { bridgeResponse: response("data: ha", { end }) }),
  ]);
  await expect(ask(target, turn("one"))).rejects.toThrow(message);
});

test("an answer whose receiver left stays open until this one leaves", async () => {
  const target = await player([
    recorded("0001", turn("one"), { bridgeResponse: response("data: ha", { end: "client-abort@8" }) }),
  ]);
  const { body } = await undiciRequest(`${target.url}/v1/messages`, {
    method: "POST",
    body: JSON.stringify(turn("one")),
  });
  const reader = body[Symbol.asyncIterator]();
  expect(String((await reader.next()).value)).toBe("data: ha");
  body.destroy();
  expect(target.report().served).toEqual(["0001"]);
});

test("the back surface answers a bridge, in its own words when it cannot", async () => {
  const upstream = [
    {
      bridgeRequest: request({ model: "m", messages: [] }, { path: "/api/chat" }),
      upstreamResponse: response('{"done":true}\n'),
    },
  ];
  const tape = cassette([exchange("0001", { upstream })]);
  tape.manifest.bridge.provider = "ollama";
  const target = await startPlayer(tape, {
    surface: "back",
    redactor: new Redactor({ profile: "published" }),
  });
  onTestFinished(() => target.close());
  expect((await ask(target, { model: "m", messages: [] }, "/api/chat")).text).toBe('{"done":true}\n');
  expect(JSON.parse((await ask(target, { model: "n", messages: [] }, "/api/chat")).text)).toEqual({
    error: expect.stringContaining("exchange 0001.1") as string,
  });
});

test.each([
  ["asap", [0, 0, 0]],
  ["gap:5ms", [0, 5, 5]],
  ["recorded", [10, 20, 5]],
  ["scale:2", [20, 40, 10]],
])("pace %s", (pace, delays) => {
  expect(delaysOf(parsePace(pace) ?? "asap", [10, 30, 35], 3)).toEqual(delays);
});

test.each(["fast", "gap:5", "scale:x", ""])("pace %j is refused", (pace) => {
  expect(parsePace(pace)).toBeUndefined();
});

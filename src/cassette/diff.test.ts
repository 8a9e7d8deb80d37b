import { expect, test } from "vitest";
import { bytes, cassette, exchange, request, response } from "../testing/cassettes.ts";
import { diffCassettes } from "./diff-cassettes.ts";
import { describeDifference, diffJson, excerpt } from "./diff.ts";

test.each<[unknown, unknown, string[]]>([
  [{ a: 1 }, { a: 1 }, []],
  [{ a: 1 }, { a: 2 }, ["/a  recorded 1  got 2"]],
  [{ a: [1, 2] }, { a: [1] }, ["/a/1  recorded 2  got nothing"]],
  [{}, { b: null }, ["/b  recorded nothing  got null"]],
  [{ "a/b~c": { d: "x" } }, { "a/b~c": { d: "y" } }, ['/a~1b~0c/d  recorded "x"  got "y"']],
  [[1], { 0: 1 }, ['/  recorded [1]  got {"0":1}']],
  ["1", 1, ['/  recorded "1"  got 1']],
])("%j against %j", (recorded, got, lines) => {
  expect(diffJson(recorded, got).map(describeDifference)).toEqual(lines);
});

test("of a long value that part is shown in which it differs", () => {
  const long = "a".repeat(500);
  const shown = excerpt(`${long}X${long}`, `${long}Y${long}`);
  expect(shown).toMatch(/^…a{40}Xa+…$/);
  expect(shown.length).toBeLessThan(130);
});

const turn = (text: string): ReturnType<typeof request> =>
  request({ messages: [{ role: "user", content: text }] });

test("two recordings of one session do not differ, whatever was minted, counted and first", () => {
  const made = (id: string, at: string): string =>
    `data: {"id":"msg_${id}","created_at":"${at}","total_duration":${at.length}}\n\n`;
  const one = cassette([
    exchange("0001", {
      clientRequest: turn("main"),
      bridgeResponse: response(made("a1", "2026-01-01T00:00:00Z")),
    }),
    exchange("0002", { clientRequest: turn("agent") }),
  ]);
  const two = cassette([
    exchange("0001", { clientRequest: turn("agent") }),
    exchange("0002", {
      clientRequest: turn("main"),
      bridgeResponse: response(made("b2", "2027-11-21T00:00:00.123Z")),
    }),
  ]);
  expect(diffCassettes(one, two)).toEqual([]);
});

test("what differs is named by exchange and part", () => {
  const one = cassette([
    exchange("0001", { clientRequest: turn("main") }),
    exchange("0002", { clientRequest: turn("more") }),
  ]);
  const hop = { bridgeRequest: request({}), upstreamResponse: response("") };
  const two = cassette([
    exchange("0001", {
      clientRequest: turn("main"),
      bridgeResponse: { ...response("data: x"), body: bytes("data: y") },
      upstream: [hop],
    }),
  ]);
  expect(diffCassettes(one, two)).toEqual([
    "exchanges  recorded 2  got 1",
    '0001 upstream /0  recorded nothing  got "asked"',
    '0001 front answer /lines/0  recorded "event: ping"  got "data: y"',
    expect.stringContaining("0001 front answer /lines/1") as string,
    expect.stringContaining("0001 front answer /lines/2") as string,
    expect.stringContaining("0001 front answer /lines/3") as string,
  ]);
});

import { readFileSync, readdirSync, symlinkSync, writeFileSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { bytes, cassette, exchange, request, response, scratch } from "../testing/cassettes.ts";
import { CassetteError } from "./errors.ts";
import { PartStore } from "./parts.ts";
import { fromPieces, toPieces } from "./pieces.ts";
import { migrate } from "./migrate.ts";
import { readCassette } from "./read.ts";
import type { Cassette } from "./types.ts";
import { writeCassette } from "./write.ts";

const PNG = Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), Buffer.alloc(900, 7)]).toString("base64");
const long = "A tool that does something at great length. ".repeat(40);

function roundTrip(body: Uint8Array): Uint8Array {
  const folder = scratch();
  const parts = new PartStore();
  const pieces = JSON.parse(JSON.stringify(toPieces(body, parts))) as ReturnType<typeof toPieces>;
  parts.writeTo(folder);
  return fromPieces(pieces, (name) => readFileSync(join(folder, name)));
}

test.each([
  ["nothing", ""],
  ["CR, CRLF and no last newline", "data: a\r\n\r\rdata: b"],
  ["a byte order mark", "\uFEFFdata: x\n\n"],
  ["JSON with odd spacing", `{ "system" : [ {"text":"${long}"} ,\n 1 ], "n": 1e400, "a":{"b":[ ]} }`],
  ["an image", `{"messages":[{"content":[{"source":{"data":"${PNG}"}}]},{"content":"${long}${long}"}]}`],
  ["escapes of every form", String.raw`{"tools":["\u00e9\/\n\ud83d\ude00é😀\\","${long}"]}`],
  ["a very long line", `data: ${"x".repeat(9000)}\n\n`],
])("round trip, byte for byte: %s", (_, text) => {
  expect(Buffer.from(roundTrip(bytes(text))).toString()).toBe(text);
});

test("any bytes come back", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (body) => {
      expect(Buffer.from(roundTrip(body)).equals(Buffer.from(body))).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test("any JSON comes back, compact or spaced", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(0, 2), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      expect(Buffer.from(roundTrip(bytes(text))).toString()).toBe(text);
    }),
    { numRuns: 60 },
  );
});

function sample(): Cassette {
  const tools = [{ name: "A", description: long }];
  const first = exchange("0001", {
    clientRequest: request({ model: "m", tools, messages: [{ role: "user", content: "one" }] }),
    upstream: [
      {
        bridgeRequest: request({ tools, model: "m" }),
        upstreamResponse: response("data: 日本\n\n", { cuts: [7, 9], end: "rst" }),
      },
    ],
    web: [
      {
        origin: "https://docs.example.com",
        request: request("", { method: "GET", path: "/page?x=1" }),
        response: response("<p>x", { end: "fin" }),
        fault: "timeout",
      },
    ],
    bridgeResponse: response("event: x\n", { end: "client-abort@4" }),
    timing: {
      front: { requestAt: 0, headersAt: 1, chunks: [1], endAt: 2 },
      upstream: [{ requestAt: 0, headersAt: 1, chunks: [1, 2, 3], endAt: null }],
    },
  });
  const second = exchange("0002", { clientRequest: request({ model: "m", tools, messages: [] }) });
  return cassette([first, second]);
}

test("a cassette comes back as it was written, constant parts once", async () => {
  const folder = join(scratch(), "one");
  const written = sample();
  writeCassette(folder, written);
  const read = await readCassette(folder);
  expect(read).toEqual(written);
  expect(readdirSync(join(folder, "parts"))).toHaveLength(1);
  expect(existsSync(`${folder}.partial`)).toBe(false);
});

test("writing refuses what is there, unless told to replace it", async () => {
  const folder = join(scratch(), "one");
  writeCassette(folder, sample());
  expect(() => writeCassette(folder, sample())).toThrow("never overwrites");
  const changed = sample();
  changed.manifest.title = "another";
  writeCassette(folder, changed, { replace: true });
  expect((await readCassette(folder)).manifest.title).toBe("another");
  expect(() => writeCassette(`${folder}2`, cassette([]))).toThrow("nothing was recorded");
});

type Break = (folder: string) => void;
const edit =
  (file: string, change: (json: Record<string, unknown>) => void): Break =>
  (folder) => {
    const path = join(folder, file);
    const json = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
    change(json);
    writeFileSync(path, JSON.stringify(json));
  };

test.each<[string, Break, string]>([
  ["not there", () => undefined, "[missing] there is no cassette"],
  ["a newer format", edit("cassette.json", (m) => (m["format"] = "bridge-cassette/999999")), "[newer]"],
  ["another format", edit("cassette.json", (m) => (m["format"] = "har")), "[corrupt]"],
  ["an unknown field", edit("exchanges/0001.json", (e) => (e["run"] = "x")), 'additional properties "run"'],
  ["a part outside", edit("exchanges/0001.json", part("../../secret.txt")), "[corrupt]"],
  ["a part that is missing", edit("exchanges/0001.json", part("0000000000000000.json")), "[corrupt]"],
  [
    "cuts outside the body",
    edit("exchanges/0001.json", (e) => ((e["bridgeResponse"] as { cuts: number[] }).cuts = [99])),
    "cuts do not rise",
  ],
  [
    "a stray exchange",
    edit("cassette.json", (m) => (m["exchanges"] = ["0001"])),
    "[corrupt] exchanges/0002.json is not named",
  ],
  ["no exchange", edit("cassette.json", (m) => (m["exchanges"] = [])), "[empty]"],
  ["a stray file", (folder) => writeFileSync(join(folder, "exchanges", "x.js"), ""), "[hostile]"],
  [
    "half a file",
    (folder) => writeFileSync(join(folder, "exchanges", "0001.json"), '{"id":'),
    "[corrupt] exchanges/0001.json is not JSON",
  ],
  [
    "a changed part",
    (folder) => writeFileSync(join(folder, "parts", readdirSync(join(folder, "parts"))[0] ?? ""), "{}"),
    "does not have the content",
  ],
  ["a link", link, "[hostile]"],
])("a broken cassette has an error of its own: %s", async (name, breakIt, message) => {
  const folder = join(scratch(), "one");
  if (name !== "not there") writeCassette(folder, sample());
  breakIt(folder);
  const error: unknown = await readCassette(folder).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(CassetteError);
  const { fault, message: text } = error as CassetteError;
  expect(`[${fault}] ${text}`).toContain(message);
});

function part(name: string) {
  return (stored: Record<string, unknown>): void => {
    (stored["bridgeResponse"] as { body: unknown[] }).body = [{ part: name }];
  };
}

function link(folder: string): void {
  mkdirSync(join(folder, "exchanges"), { recursive: true });
  symlinkSync("/dev/null", join(folder, "exchanges", "0003.json"));
}

test("a cassette of version 1 is read as one whose bridge fetched nothing from the web", async () => {
  const folder = join(scratch(), "one");
  writeCassette(folder, sample());
  edit("cassette.json", (manifest) => {
    manifest["format"] = "bridge-cassette/1";
    delete (manifest["bridge"] as { web?: object }).web;
  })(folder);
  for (const id of sample().manifest.exchanges)
    edit(`exchanges/${id}.json`, (stored) => delete stored["web"])(folder);
  expect(await readCassette(folder)).toEqual({
    ...sample(),
    exchanges: sample().exchanges.map((each) => ({ ...each, web: [] })),
  });
});

test("migration runs one step per version", () => {
  const files = migrate(new Map([["a", 1]]), 1, { 1: step("two"), 2: step("three") }, 3);
  expect([...files.keys()]).toEqual(["a", "two", "three"]);
  expect(() => migrate(new Map(), 1, {}, 2)).toThrow("no migration leads from version 1 to 2");
});

function step(tag: string) {
  return (files: ReadonlyMap<string, unknown>): Map<string, unknown> => new Map([...files, [tag, true]]);
}

import { readdirSync, readFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { createBridgeWith } from "../bridge/bridge.ts";
import { forbidden } from "../bridge/web/guard.ts";
import type { WebOptions } from "../bridge/web/options.ts";
import type { WebAnswer, WebAsk } from "../bridge/web/seam.ts";
import { readCassette } from "../cassette/read.ts";
import { Redactor } from "../cassette/redact.ts";
import { scanCassette } from "../cassette/scan.ts";
import type { Cassette, Exchange, WebHop } from "../cassette/types.ts";
import { chunk, recordRequests, turn } from "../testing/record-requests.ts";
import { acceptReruns } from "./accept.ts";
import { describeFinding } from "./describe.ts";
import type { ReplayReport } from "./player.ts";
import type { RecordOptions } from "./record.ts";
import { startStage, type Stage } from "./stage.ts";
import { verifyCassette, type VerifyReport } from "./verify.ts";

const file = (name: string): Buffer => readFileSync(new URL(`../../fixtures/${name}`, import.meta.url));
const MAIL = "bird@coalmine.example.dev";
const HTML = { "content-type": "text/html; charset=utf-8" };

/** The web: what is not here cannot be reached. */
const SITES: Record<string, { status?: number; headers?: Record<string, string>; body?: string | Buffer }> = {
  "null/search?q=plain&format=json": {
    body: JSON.stringify({
      results: [
        { url: "https://docs.example.com/page", title: "A page", content: `Ask ${MAIL} about needles.` },
        { url: "https://docs.example.com/other", title: "Another", content: "Nothing." },
      ],
    }),
  },
  "https://docs.example.com/page": {
    status: 302,
    headers: { location: "/moved?by=bird%40coalmine.example.dev" },
  },
  "https://docs.example.com/moved?by=bird%40coalmine.example.dev": {
    headers: HTML,
    body: "<title>Needles</title><p>The needle is red. Ask bird&#64;coalmine&#x2e;example.dev or &lt;them&gt;.</p>",
  },
  "https://pics.example.com/red.png": { body: file("images/red.png") },
  "https://docs.example.com/two.pdf": { body: file("pdf/two-pages.pdf") },
  "https://docs.example.com/packed": {
    headers: { ...HTML, "content-encoding": "gzip" },
    body: gzipSync(`<p>The needle is packed. Ask ${MAIL}.</p>`),
  },
  "https://docs.example.com/busy": { status: 429, body: "later" },
  "https://docs.example.com/large": { headers: HTML, body: "x".repeat(5_000_000) },
  "https://docs.example.com/broken": { headers: HTML, body: "half of it" },
};

async function visit(ask: WebAsk): Promise<WebAnswer> {
  const origin = ask.kind === "service" ? "null" : ask.origin;
  const path = ask.kind === "service" ? ask.path.replace("/searx", "") : ask.path;
  if (path.startsWith("/slow")) throw new DOMException("late", "TimeoutError");
  if (path === "/inward") throw Object.assign(new Error("refused"), { cause: forbidden() });
  const site = SITES[origin + path];
  if (site === undefined) throw new Error("ECONNREFUSED");
  const bytes = Buffer.from(site.body ?? "");
  return {
    statusCode: site.status ?? 200,
    headers: { "set-cookie": "canary-cookie", ...site.headers },
    body: {
      dump: () => Promise.resolve(),
      async *[Symbol.asyncIterator]() {
        for (let at = 0; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000);
        if (path === "/broken") throw new Error("ECONNRESET");
      },
    },
  };
}

type Call = [name: string, input: object];

/** Says its answers in turn: calls, or a text. */
function model(...answers: (Call[] | string)[]): RequestListener {
  return (incoming, answer) => {
    incoming.resume();
    const said = answers.shift() ?? "The end.";
    answer.writeHead(200, { "content-type": "text/event-stream" });
    const calls = typeof said === "string" ? [] : said;
    const tool_calls = calls.map(([name, input], index) => ({
      index,
      id: `call_${index}`,
      type: "function",
      function: { name, arguments: JSON.stringify(input) },
    }));
    if (typeof said === "string") answer.write(chunk({ content: said }));
    else answer.write(chunk({ tool_calls }));
    answer.end(`${chunk({}, { finish_reason: calls.length > 0 ? "tool_calls" : "stop" })}data: [DONE]\n\n`);
  };
}

const WEB: WebOptions = {
  search: { kind: "searxng", url: "http://canary.internal:8888/searx" },
  fetch: true,
};
const SETTINGS = { repair: true, maxRetries: 1, flags: { vision: true } };

/** A bridge with web tools, whose web is the sites above. */
const bridgeFor: NonNullable<RecordOptions["bridgeFor"]> = (baseUrl, { web }) =>
  createBridgeWith(
    {
      ...SETTINGS,
      provider: "openai",
      baseUrl,
      model: "m",
      authToken: "a-token-of-the-session",
      calibrate: false,
      web: WEB,
    },
    { web: (ask) => web?.(ask, () => visit(ask)) ?? visit(ask) },
  );

const TOOLS = {
  tools: [
    { type: "web_search_20250305", name: "web_search" },
    { type: "web_fetch_20250910", name: "web_fetch" },
  ],
};

function record(bodies: object[], ...answers: (Call[] | string)[]): ReturnType<typeof recordRequests> {
  return recordRequests({
    upstream: model(...answers),
    bodies,
    options: { bridgeFor, bridge: SETTINGS, web: WEB },
  });
}

const text = (exchange: Exchange | undefined): string =>
  Buffer.from(exchange?.bridgeResponse.body ?? []).toString();
const search: Call = ["web_search", { query: "plain" }];
const read = (url: string): Call => ["web_fetch", { url }];
const named = (path: string): object => turn(`Read https://docs.example.com${path}`, TOOLS);

const fetched = (cassette: Cassette): (string | null)[][] =>
  cassette.exchanges.map(({ web }) =>
    web.map(
      ({ origin, request, response, fault }) =>
        `${origin}${request.path} ${response.status} ${fault ?? response.end}`,
    ),
  );

test("what comes compressed is kept as it reads, without the secrets in it", async () => {
  const { cassette } = await record([named("/packed")], [read("https://docs.example.com/packed")]);
  const [hop] = cassette.exchanges[0]?.web ?? [];
  expect(Buffer.from(hop?.response.body ?? []).toString()).toMatch(
    /^<p>The needle is packed\. Ask REDACTED-email-1/,
  );
  expect(hop?.response.headers).toEqual([["content-type", "text/html; charset=utf-8"]]);
  expect((await verifyCassette(cassette)).findings.map(describeFinding)).toEqual([]);
});

describe("a session with the bridge's own web tools", () => {
  test("is verified without a network: a search, a page behind a redirect, and what was said of them", async () => {
    const { folder } = await record(
      [turn("Find needles", TOOLS), turn("go", TOOLS)],
      [search],
      [read("https://docs.example.com/page")],
      "Red.",
    );
    const cassette = await readCassette(folder);
    const by = expect.stringMatching(/^https:\/\/docs\.example\.com\/moved\?by=\S+ 200 complete$/) as string;
    expect(fetched(cassette)).toEqual([
      [
        "null/search?q=plain&format=json 200 complete",
        "https://docs.example.com/page 302 client-abort@0",
        by,
      ],
      [],
    ]);
    expect(text(cassette.exchanges[0])).toContain("The needle is red.");
    expect((await verifyCassette(cassette)).findings.map(describeFinding)).toEqual([]);
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    const kept = files.map((each) => readFileSync(join(each.parentPath, each.name), "latin1")).join("\n");
    expect(kept).not.toMatch(/canary|coalmine/);
    expect(scanCassette(cassette, ["canary", MAIL])).toEqual([]);
  });

  test.each([
    ["/missing", "null unreachable", "url_not_accessible"],
    ["/busy", "429 client-abort@0", "too_many_requests"],
    ["/large", "200 client-abort@", "content_too_large"],
    ["/inward", "null forbidden", "url_not_allowed"],
    ["/slow", "null timeout", "url_not_accessible"],
    ["/broken", "200 unreachable", "url_not_accessible"],
  ])("is verified when %s cannot be read", async (path, shape, code) => {
    const { cassette } = await record([named(path)], [read(`https://docs.example.com${path}`)]);
    expect(fetched(cassette)[0]?.[0]).toContain(shape);
    expect(text(cassette.exchanges[0])).toContain(code);
    expect((await verifyCassette(cassette)).findings.map(describeFinding)).toEqual([]);
  });
});

const at = (type: string, url: string): object => ({ type, source: { type: "url", url } });
const looking = (...content: object[]): object =>
  turn("", { messages: [{ role: "user", content: [...content, { type: "text", text: "What is it?" }] }] });

test("pictures and PDFs by URL are kept, and read again from the recording, once per session", async () => {
  const blocks = [
    at("image", "https://pics.example.com/red.png"),
    at("document", "https://docs.example.com/two.pdf"),
  ];
  const { cassette } = await record([looking(...blocks), looking(...blocks)]);
  expect(fetched(cassette)).toEqual([
    ["https://pics.example.com/red.png 200 complete", "https://docs.example.com/two.pdf 200 complete"],
    [],
  ]);
  const sent = Buffer.from(cassette.exchanges[1]?.upstream.at(-1)?.bridgeRequest.body ?? []).toString();
  expect(sent).toMatch(/data:image\/png;base64,[^]*PERIWINKLE-42/);
  expect((await verifyCassette(cassette)).findings.map(describeFinding)).toEqual([]);
});

test.each(["none", "slow"])("what cannot be had from a URL is refused again: %s", async (name) => {
  const { cassette } = await record([looking(at("image", `https://pics.example.com/${name}.png`))]);
  expect([cassette.exchanges[0]?.bridgeResponse.status, fetched(cassette)[0]?.length]).toEqual([400, 1]);
  expect((await verifyCassette(cassette)).findings).toEqual([]);
});

describe("behind the bridge, the recording", () => {
  const ask = async (cassette: Cassette): Promise<ReplayReport> => {
    const redactor = new Redactor({ profile: "published" });
    await using stage = await staged(cassette, redactor);
    const headers = { authorization: "Bearer any", "content-type": "application/json" };
    const body = JSON.stringify(turn("Find needles", TOOLS));
    await (await fetch(`${stage.url}/v1/messages?beta=true`, { method: "POST", headers, body })).text();
    return stage.report();
  };

  test("answers searches, and is used up by them", async () => {
    const { cassette } = await record([turn("Find needles", TOOLS)], [search], "Red.");
    await using stage = await staged(cassette, new Redactor({ profile: "published" }));
    expect(stage.report().unconsumed).toContain("0001 (web)");
    expect(await ask(cassette)).toMatchObject({ misses: [], unconsumed: [] });
  });

  test("has no answer for another search: a miss", async () => {
    const { cassette } = await record([turn("Find needles", TOOLS)], [search], "Red.");
    const [hop] = cassette.exchanges[0]?.web ?? [];
    Object.assign(hop?.request ?? {}, { path: "/search?q=other&format=json" });
    const { misses, unconsumed } = await ask(cassette);
    // What follows from it comes behind it.
    expect(misses[0]?.message).toEqual(
      expect.stringMatching(
        /^ReplayMiss \[out-of-scope\] GET search service \/search\?q=plain&format=json: /,
      ),
    );
    expect(unconsumed).toContain("0001 (web)");
  });
});

async function staged(cassette: Cassette, redactor: Redactor): Promise<Stage & AsyncDisposable> {
  const stage = await startStage(cassette, { surface: "back", redactor });
  return { ...stage, [Symbol.asyncDispose]: () => stage.close() };
}

type Change = (hop: WebHop, exchange: Exchange) => void;
const swap: (from: string, to: string) => Change = (from, to) => (hop) => {
  const body = Buffer.from(hop.response.body).toString();
  expect(body).toContain(from);
  hop.response.body = new Uint8Array(Buffer.from(body.replace(from, to)));
};

/** What verification finds after `accept`; why it is refused. */
async function remainsAfterAccept(cassette: Cassette, report: VerifyReport): Promise<unknown> {
  try {
    return (await verifyCassette(acceptReruns(cassette, report))).findings;
  } catch (error) {
    return /record it anew/.exec((error as Error).message)?.[0];
  }
}

test.each<[what: string, change: Change, found: RegExp, left: unknown]>([
  ["other words in a result", swap("needles", "haystacks"), /^exchange 0001 upstream \/1\/body/, []],
  [
    "a hit less",
    swap('"url":"https://docs.example.com/other"', '"url":"ftp://x"'),
    /^exchange 0001 upstream \/1\/body/,
    [],
  ],
  [
    "a refusal",
    (hop) => Object.assign(hop.response, { status: 503 }),
    /^exchange 0001 upstream \/1\/body/,
    [],
  ],
  [
    "another query",
    (hop) => Object.assign(hop.request, { path: "/search?q=other&format=json" }),
    /^exchange 0001 web \/0\/path/,
    [],
  ],
  ["a search too many", (_, { web }) => void web.splice(0), /^exchange 0001 web \/0 .*got/, "record it anew"],
  [
    "a search less",
    (hop, { web }) => void web.push({ ...hop, request: { ...hop.request, path: "/x" } }),
    /^exchange 0001 web .*got nothing/,
    "record it anew",
  ],
])("%s is found", async (_, change, found, left) => {
  const { cassette } = await record([turn("Find needles", TOOLS)], [search], "Red.");
  const [exchange] = cassette.exchanges;
  const [hop] = exchange?.web ?? [];
  if (exchange === undefined || hop === undefined) throw new Error("no search was recorded");
  change(hop, exchange);
  const report = await verifyCassette(cassette);
  expect(report.findings.map(describeFinding)).toContainEqual(expect.stringMatching(found));
  expect(await remainsAfterAccept(cassette, report)).toEqual(left);
});

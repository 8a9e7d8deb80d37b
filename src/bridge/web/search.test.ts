import { Agent } from "undici";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type FakeWeb, type FakeWebAnswer, ONE_HIT, startFakeWeb } from "../../testing/fake-web.ts";
import type { WebSettings } from "./options.ts";
import { search } from "./search.ts";

type Kind = NonNullable<WebSettings["search"]>["kind"];

let agent: Agent;
let answer: FakeWebAnswer;
let web: FakeWeb;

beforeEach(async () => {
  agent = new Agent();
  web = await startFakeWeb(() => answer);
});

afterEach(async () => {
  await agent.destroy();
  await web[Symbol.asyncDispose]();
});

function find(
  kind: Kind,
  query = "a b",
  more: { site?: string[]; timeoutMs?: number } = {},
): Promise<unknown> {
  const { site = [], timeoutMs = 5_000 } = more;
  const service = { dispatcher: agent, timeoutMs, signal: new AbortController().signal };
  return search({ kind, url: web.url, key: "KEY" }, { query, site }, service);
}

const hit = { url: "https://a.com/", title: "T", text: "An excerpt.", pageAge: null };

test.each<[kind: Kind, path: string, body: unknown, found: unknown[]]>([
  [
    "searxng",
    "/search?q=a+b&format=json",
    ONE_HIT,
    [{ ...hit, url: "https://example.com/page", title: "A page", pageAge: "2026-05-01" }],
  ],
  ["searxng", "/search?q=a+b&format=json", { results: [] }, []],
  [
    "brave",
    "/res/v1/web/search?q=a+b&count=10&text_decorations=false",
    {
      web: {
        results: [{ url: "https://a.com/", title: "T", description: "An excerpt.", age: "2 days ago" }],
      },
    },
    [{ ...hit, pageAge: "2 days ago" }],
  ],
  ["brave", "/res/v1/web/search?q=a+b&count=10&text_decorations=false", { query: {} }, []],
  [
    "ollama",
    "/api/web_search",
    { results: [{ url: "https://a.com/", title: "T", content: "An excerpt." }] },
    [hit],
  ],
])("%s answers %s", async (kind, path, body, found) => {
  answer = { body };
  expect(await find(kind)).toEqual(found);
  expect(web.requests).toMatchObject([{ method: kind === "ollama" ? "POST" : "GET", path }]);
});

test("keys travel in the service's own header, and to no other service", async () => {
  answer = { body: {} };
  for (const kind of ["brave", "ollama", "searxng"] as const) await find(kind);
  const [brave, ollama, searxng] = web.requests;
  expect(brave?.headers).toMatchObject({ "x-subscription-token": "KEY" });
  expect(ollama?.headers).toMatchObject({ authorization: "Bearer KEY" });
  expect(JSON.parse(ollama?.body ?? "")).toEqual({ query: "a b", max_results: 10 });
  expect(JSON.stringify(searxng)).not.toContain("KEY");
});

test.each([
  [["a.com"], "a b site:a.com"],
  [["a.com", "b.org"], "a b (site:a.com OR site:b.org)"],
])("the domains %j narrow the query", async (site, query) => {
  answer = { body: {} };
  await find("searxng", "a b", { site });
  expect(new URLSearchParams(web.requests[0]?.path.split("?")[1]).get("q")).toBe(query);
});

test("hits that cannot be named are left out, others are made complete", async () => {
  answer = {
    body: {
      results: [
        null,
        "x",
        { title: "no address" },
        { url: "ftp://a" },
        { url: "https://b.org", content: "x".repeat(9000) },
      ],
    },
  };
  expect(await find("searxng")).toEqual([
    { url: "https://b.org", title: "https://b.org", text: "x".repeat(1_200), pageAge: null },
  ]);
});

test.each<[name: string, answer: FakeWebAnswer, code: string, why: RegExp]>([
  ["too many", { status: 429 }, "too_many_requests", /slow down/],
  ["a wrong key", { status: 401 }, "unavailable", /HTTP 401/],
  ["no JSON format", { status: 403, body: "<html>" }, "unavailable", /format json/],
  ["a failure", { status: 500, body: "secret address" }, "unavailable", /HTTP 500/],
  ["a page", { body: "<html>no</html>" }, "unavailable", /no answer/],
  ["a list", { body: [] }, "unavailable", /no answer/],
  ["a redirect", { status: 302, headers: { location: "http://127.0.0.1/" } }, "unavailable", /HTTP 302/],
  ["too much", { body: { results: "x".repeat(5_000_000) } }, "unavailable", /too much/],
  ["silence", { wait: 3_000 }, "unavailable", /too long/],
])("%s from the service fails as %s", async (_name, given, code, why) => {
  answer = given;
  const failure = expect.objectContaining({ code, message: expect.stringMatching(why) });
  await expect(find("searxng", "q", { timeoutMs: 1_000 })).rejects.toThrow(failure);
});

test("a service that is not there", async () => {
  await web[Symbol.asyncDispose]();
  await expect(find("searxng")).rejects.toThrow(expect.objectContaining({ code: "unavailable" }));
});

test("a query that is too long is not sent", async () => {
  await expect(find("searxng", "x".repeat(5_000))).rejects.toThrow(
    expect.objectContaining({ code: "query_too_long" }),
  );
  expect(web.requests).toEqual([]);
});

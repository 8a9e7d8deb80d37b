import { brotliCompressSync, gzipSync } from "node:zlib";
import { Agent } from "undici";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type FakeWeb, type FakeWebAnswer, startFakeWeb } from "../../testing/fake-web.ts";
import { fetchPage, type FetchOptions, type Page } from "./fetch-page.ts";
import { guardedLookup, isPublicAddress } from "./guard.ts";

let agent: Agent;
let pages: Record<string, FakeWebAnswer>;
let web: FakeWeb;

beforeEach(async () => {
  agent = new Agent();
  web = await startFakeWeb(({ path }) => pages[path] ?? { status: 404 });
});

afterEach(async () => {
  await agent.destroy();
  await web[Symbol.asyncDispose]();
});

function read(path: string, options: Partial<FetchOptions> = {}): Promise<Page> {
  return fetchPage(path.startsWith("/") ? web.url + path : path, {
    dispatcher: agent,
    rule: (address) => address === "127.0.0.1" || isPublicAddress(address),
    allows: () => true,
    timeoutMs: 5_000,
    signal: new AbortController().signal,
    ...options,
  });
}

test("a page is read, over redirects, under the address where it was found", async () => {
  pages = {
    "/a": { status: 302, headers: { location: "/b?x=1" } },
    "/b?x=1": { body: "<title>T</title><p>Hello</p>" },
  };
  expect(await read("/a")).toEqual({ url: `${web.url}/b?x=1`, title: "T", text: "Hello" });
});

test.each([
  ["gzip", gzipSync("<title>T</title><p>Hello</p>")],
  ["br", brotliCompressSync("<title>T</title><p>Hello</p>")],
])("a page that is compressed unasked is read: %s", async (coding, body) => {
  pages = { "/a": { body, headers: { "content-encoding": coding } } };
  expect(await read("/a")).toMatchObject({ title: "T", text: "Hello" });
});

test.each<[name: string, path: string, pages: Record<string, FakeWebAnswer>, code: string]>([
  ["not there", "/none", {}, "url_not_accessible"],
  ["behind a login", "/a", { "/a": { status: 403 } }, "url_not_accessible"],
  ["too often", "/a", { "/a": { status: 429 } }, "too_many_requests"],
  ["in a circle", "/a", { "/a": { status: 302, headers: { location: "/a" } } }, "url_not_accessible"],
  ["a PDF", "/a", { "/a": { headers: { "content-type": "application/pdf" } } }, "unsupported_content_type"],
  [
    "in no known coding",
    "/a",
    { "/a": { body: "x", headers: { "content-encoding": "compress" } } },
    "unsupported_content_type",
  ],
  [
    "small, that holds much",
    "/a",
    { "/a": { body: gzipSync("x".repeat(5_000_000)), headers: { "content-encoding": "gzip" } } },
    "content_too_large",
  ],
  [
    "cut",
    "/a",
    { "/a": { body: gzipSync("Hello").subarray(0, 15), headers: { "content-encoding": "gzip" } } },
    "unsupported_content_type",
  ],
  ["large", "/a", { "/a": { body: "x".repeat(5_000_000) } }, "content_too_large"],
  ["slow", "/a", { "/a": { wait: 3_000 } }, "url_not_accessible"],
  ["no address", "not an address", {}, "invalid_tool_input"],
  ["a long address", `/${"a".repeat(300)}`, {}, "url_too_long"],
  ["of another scheme", "file:///etc/passwd", {}, "url_not_allowed"],
  ["on this machine", "http://[::1]/", {}, "url_not_allowed"],
])("a page %s fails", async (_name, path, given, code) => {
  pages = given;
  await expect(read(path, { timeoutMs: 1_000 })).rejects.toThrow(expect.objectContaining({ code }));
});

test.each([
  ["http://169.254.169.254/", "url_not_allowed"],
  ["http://user@127.0.0.1/", "url_not_allowed"],
  ["file:///etc/passwd", "url_not_allowed"],
  ["http://blocked.example/", "url_not_allowed"],
])("a redirect to %s is not followed", async (location, code) => {
  pages = { "/a": { status: 301, headers: { location } } };
  const allows = (url: string): boolean => !url.includes("blocked.example");
  await expect(read("/a", { allows })).rejects.toThrow(expect.objectContaining({ code }));
  expect(web.requests).toHaveLength(1);
});

test("a name that leads to this machine is not connected to", async () => {
  const guarded = new Agent({ connect: { lookup: guardedLookup(isPublicAddress) } });
  try {
    const reading = read(`http://localhost:${web.port}/`, { dispatcher: guarded });
    await expect(reading).rejects.toThrow(expect.objectContaining({ code: "url_not_allowed" }));
    expect(web.requests).toEqual([]);
  } finally {
    await guarded.destroy();
  }
});

test("a client that leaves ends the reading with its own reason", async () => {
  pages = { "/a": { wait: 3_000 } };
  const gone = new AbortController();
  const reading = read("/a", { signal: gone.signal });
  gone.abort(new Error("gone"));
  await expect(reading).rejects.toThrow("gone");
});

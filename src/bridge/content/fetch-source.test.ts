import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { once } from "node:events";
import { gzipSync } from "node:zlib";
import { MockAgent, type Interceptable } from "undici";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createFetchSource } from "./fetch-source.ts";

const PNG = readFileSync(new URL("../../../fixtures/images/pixel.png", import.meta.url));
const { signal } = new AbortController();
const PATH = "messages.0.content.0.source";

describe("a public address", () => {
  let agent: MockAgent;
  let site: Interceptable;
  beforeEach(() => {
    agent = new MockAgent();
    agent.disableNetConnect();
    site = agent.get("https://example.org");
  });
  afterEach(() => agent.close());

  const fetchImage = (url: string): Promise<unknown> =>
    createFetchSource({ dispatcher: agent })(url, PATH, "image", signal);

  test("gives its bytes, whose kind is told by themselves", async () => {
    site.intercept({ path: "/a?b=1" }).reply(200, PNG, { headers: { "content-type": "image/gif" } });
    expect(await fetchImage("https://example.org/a?b=1")).toEqual({
      type: "base64",
      media_type: "image/png",
      data: PNG.toString("base64"),
    });
  });

  test("may be compressed unasked", async () => {
    const headers = { "content-encoding": "gzip" };
    site.intercept({ path: "/a" }).reply(200, gzipSync(PNG), { headers });
    site.intercept({ path: "/b" }).reply(200, gzipSync(Buffer.alloc(8_000_000)), { headers });
    expect(await fetchImage("https://example.org/a")).toMatchObject({ data: PNG.toString("base64") });
    await expect(fetchImage("https://example.org/b")).rejects.toThrow(/more than 7500000 bytes/);
  });

  test("is followed to another", async () => {
    site.intercept({ path: "/a" }).reply(302, "", { headers: { location: "/b" } });
    site.intercept({ path: "/b" }).reply(200, PNG);
    expect(await fetchImage("https://example.org/a")).toMatchObject({ media_type: "image/png" });
  });

  test.each<[name: string, location: string, why: RegExp]>([
    ["a private address", "https://10.0.0.1/", /public Internet/],
    ["the metadata service", "https://169.254.169.254/latest", /public Internet/],
    ["this machine in disguise", "https://[::ffff:7f00:1]/", /public Internet/],
    ["http", "http://example.org/", /only https/],
    ["a file", "file:///etc/passwd", /only https/],
  ])("that leads to %s is refused", async (_name, location, why) => {
    site.intercept({ path: "/" }).reply(301, "", { headers: { location } });
    const refused = fetchImage("https://example.org/");
    await expect(refused).rejects.toMatchObject({ status: 400 });
    await expect(refused).rejects.toThrow(
      /^messages\.0\.content\.0\.source\.url: the image could not be read/,
    );
    await expect(refused).rejects.toThrow(why);
  });

  test("that redirects for ever is refused", async () => {
    site
      .intercept({ path: "/" })
      .reply(302, "", { headers: { location: "/" } })
      .persist();
    await expect(fetchImage("https://example.org/")).rejects.toThrow(/again and again/);
  });

  test.each<[name: string, status: number, body: Buffer | string, why: RegExp]>([
    ["404", 404, "", /status 404/],
    ["a page", 200, "<html>", /no PNG, JPEG, GIF or WebP/],
    ["too much", 200, Buffer.alloc(7_500_001), /more than 7500000 bytes/],
  ])("with %s is refused", async (_name, status, body, why) => {
    site.intercept({ path: "/" }).reply(status, body);
    await expect(fetchImage("https://example.org/")).rejects.toThrow(why);
  });
});

describe("no connection is made to", () => {
  let server: Server;
  let port = 0;
  let connections = 0;
  beforeEach(async () => {
    connections = 0;
    server = createServer((socket) => {
      connections++;
      socket.destroy();
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    port = (server.address() as { port: number }).port;
  });
  afterEach(() => new Promise<void>((done) => server.close(() => done())));

  test.each([
    ["127.0.0.1"],
    ["localhost"],
    ["2130706433"],
    ["0x7f.1"],
    ["[::1]"],
    ["[::ffff:127.0.0.1]"],
    ["0.0.0.0"],
  ])("%s", async (host) => {
    const refused = createFetchSource()(`https://${host}:${port}/`, PATH, "image", signal);
    await expect(refused).rejects.toThrow(/not one of the public Internet/);
    expect(connections).toBe(0);
  });

  test("… while an address that is allowed is connected to", async () => {
    const refused = createFetchSource({ isAllowed: () => true })(
      `https://127.0.0.1:${port}/`,
      PATH,
      "image",
      signal,
    );
    await expect(refused).rejects.toThrow(/cannot be reached/);
    expect(connections).toBeGreaterThan(0);
  });
});

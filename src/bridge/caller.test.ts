import { request } from "node:http";
import { expect, test } from "vitest";
import { startBridge } from "../testing/bridge-fixture.ts";
import { startEvents, textStream } from "../testing/fake-upstream.ts";
import { checkCaller } from "./caller.ts";

const LOOPBACK = "127.0.0.1";

test.each([
  ["an address", { host: "127.0.0.1:11435" }],
  ["IPv6", { host: "[::1]:11435" }],
  ["a name", { host: "localhost:11435" }],
  ["a name in full", { host: "LOCALHOST." }],
  ["a container's name for its host", { host: "host.docker.internal:11435" }],
  ["no Host", {}],
  ["a page of this machine", { host: "localhost:11435", origin: "http://localhost:3000" }],
  ["a page of its own", { host: "127.0.0.1:11435", origin: "http://127.0.0.1:11435" }],
])("on loopback %s is heard", (_title, headers) => {
  expect(() => checkCaller(headers, LOOPBACK)).not.toThrow();
});

test.each([
  ["another name", { host: "evil.example:11435" }, /^host: 'evil\.example:11435'/],
  ["a name that only looks local", { host: "localhost.evil.example" }, /^host/],
  ["a name that ends like an address", { host: "127.0.0.1.evil.example" }, /^host/],
  ["another site", { host: "127.0.0.1:1", origin: "https://evil.example" }, /^origin/],
  ["a page without a site", { host: "127.0.0.1:1", origin: "null" }, /^origin/],
  ["a rebound page", { host: "evil.example:1", origin: "http://evil.example:1" }, /^host/],
])("on loopback %s is refused", (_title, headers, message) => {
  expect(() => checkCaller(headers, LOOPBACK)).toThrow(message);
});

test("a bridge for others is called by any name, but by no other site's pages", () => {
  const host = "bridge.example:8443";
  expect(() => checkCaller({ host }, "0.0.0.0")).not.toThrow();
  expect(() => checkCaller({ host, origin: `http://${host}` }, "0.0.0.0")).not.toThrow();
  expect(() => checkCaller({ host, origin: "https://evil.example" }, "0.0.0.0")).toThrow(/^origin/);
});

test("over the socket it is a 403 in the API's words, before the upstream is asked", async () => {
  await using fixture = await startBridge((asked) => startEvents(asked).end(textStream("hello")));
  const { status, body } = await postAs(`${fixture.url}/v1/messages`, { host: "evil.example" });
  expect(status).toBe(403);
  expect(JSON.parse(body)).toMatchObject({ type: "error", error: { type: "permission_error" } });
  expect(fixture.upstream.chats()).toHaveLength(0);
});

/** `fetch` sends no `Host` of one's own. */
function postAs(url: string, headers: Record<string, string>): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: "POST", headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
      );
    });
    sent.on("error", reject);
    sent.end(JSON.stringify({ model: "m", max_tokens: 9, messages: [{ role: "user", content: "hi" }] }));
  });
}

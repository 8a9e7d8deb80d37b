import { readdirSync, readFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readCassette } from "../cassette/read.ts";
import { scanCassette } from "../cassette/scan.ts";
import type { Cassette } from "../cassette/types.ts";
import { recordRequests, turn } from "../testing/record-requests.ts";
import { acceptReruns } from "./accept.ts";
import { describeFinding } from "./describe.ts";
import { verifyCassette } from "./verify.ts";

const event = (type: string, more: object = {}): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;
const STREAM = [
  event("message_start", { message: { id: "msg_real", usage: { input_tokens: 3 } } }),
  event("ping"),
  event("content_block_start", { index: 0, content_block: { type: "text", text: "" } }),
  event("content_block_delta", {
    index: 0,
    delta: { type: "text_delta", text: "Hi from sk-canary0000000000000000" },
  }),
  event("content_block_stop", { index: 0 }),
  event("message_stop"),
];
const PRIVATE = {
  "anthropic-organization-id": "organization-canary",
  "set-cookie": "canary-cookie=1",
  "cf-ray": "canary-ray",
  "request-id": "req_real",
};

/** What the last message says is what happens. */
const messagesServer: RequestListener = (incoming, answer) => {
  const chunks: Buffer[] = [];
  incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
  incoming.on("end", () => {
    const asked = Buffer.concat(chunks).toString();
    const json = { "content-type": "application/json", ...PRIVATE };
    if (incoming.url?.includes("count_tokens") === true)
      answer.writeHead(200, json).end('{"input_tokens":3}');
    else if (asked.includes("refuse"))
      answer
        .writeHead(529, { ...json, "retry-after": "7", "x-should-retry": "false" })
        .end('{"type":"error","error":{"type":"overloaded_error","message":"Busy"},"request_id":"req_real"}');
    else if (asked.includes("whole"))
      answer.writeHead(200, json).end('{"type":"message","id":"msg_real","content":[] , "x":1e400}');
    else {
      answer.writeHead(200, { "content-type": "text/event-stream", ...PRIVATE });
      const cut = asked.includes("cut");
      for (const part of cut ? STREAM.slice(0, 3) : STREAM) answer.write(part);
      if (cut) setTimeout(() => answer.socket?.end(), 10);
      else answer.end();
    }
  });
};

const record = (): ReturnType<typeof recordRequests> =>
  recordRequests({
    provider: "anthropic",
    upstream: messagesServer,
    bodies: [turn("stream"), turn("whole", { stream: false }), turn("refuse"), turn("cut"), turn("count")],
    path: (body) =>
      JSON.stringify(body).includes("count")
        ? "/v1/messages/count_tokens?beta=true"
        : "/v1/messages?beta=true",
    headers: {
      "x-api-key": "a-token-of-the-session",
      cookie: "canary-cookie=2",
      "x-organization": "organization-canary",
    },
    options: { apiKey: "canary-key-of-the-real-api", bridge: { maxRetries: 0 } },
  });

test("a session that was passed through is verified byte for byte, and holds no credential", async () => {
  const { folder } = await record();
  const cassette = await readCassette(folder);
  expect(cassette.manifest.bridge).toMatchObject({ provider: "anthropic", basePath: "" });
  expect(cassette.exchanges.map(({ upstream, pairing }) => [upstream.length, pairing])).toEqual(
    Array.from({ length: 5 }, () => [1, "header"]),
  );
  expect((await verifyCassette(cassette)).findings.map(describeFinding)).toEqual([]);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const kept = files.map((file) => readFileSync(join(file.parentPath, file.name), "latin1")).join("\n");
  expect(kept).not.toMatch(/canary|a-token-of-the-session|organization/i);
  expect(kept).toContain("req_real");
  expect(scanCassette(cassette, ["canary-key-of-the-real-api", "a-token-of-the-session"])).toEqual([]);
});

type Change = (cassette: Cassette) => void;
const swap =
  (n: number, part: "front" | "back", from: string, to: string): Change =>
  ({ exchanges }) => {
    const exchange = exchanges[n];
    const message = part === "front" ? exchange?.bridgeResponse : exchange?.upstream[0]?.bridgeRequest;
    if (message === undefined) throw new Error(`exchange ${n} has no ${part}`);
    const text = Buffer.from(message.body).toString();
    expect(text).toContain(from);
    message.body = new Uint8Array(Buffer.from(text.replace(from, to)));
  };

test.each<[what: string, change: Change, found: RegExp]>([
  ["another id", swap(0, "front", "msg_real", "msg_made"), /^exchange 0001 front /],
  ["a ping less", swap(0, "front", STREAM[1] ?? "", ""), /^exchange 0001 front /],
  ["white space", swap(1, "front", "[] ,", "[],"), /^exchange 0002 front /],
  ["a number's notation", swap(1, "front", "1e400", "1e401"), /^exchange 0002 front /],
  [
    "the error that ends a cut stream",
    swap(3, "front", "api_error", "overloaded_error"),
    /^exchange 0004 front /,
  ],
  ["a changed question", swap(0, "back", ':"stream"', ':"maerts"'), /^exchange 0001 upstream /],
  ["white space in a question", swap(1, "back", '{"model"', '{ "model"'), /^exchange 0002 upstream /],
  ["a changed count", swap(4, "back", '"count"', '"tnuoc"'), /^exchange 0005 upstream /],
])("%s is found, and can be accepted", async (_, change, found) => {
  const { cassette } = await record();
  change(cassette);
  const report = await verifyCassette(cassette);
  expect(report.findings.map(describeFinding)).toEqual([expect.stringMatching(found)]);
  expect((await verifyCassette(acceptReruns(cassette, report))).findings).toEqual([]);
});

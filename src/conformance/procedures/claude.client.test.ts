import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { runSuite } from "../run-suite.ts";
import type { CaseResult } from "../types.ts";

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return (server.address() as AddressInfo).port;
}

/** A port that nobody holds. */
async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const START = {
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: "scripted",
  content: [],
  stop_reason: null,
  stop_sequence: null,
  usage: { input_tokens: 3, output_tokens: 1 },
};

/** The right answer, but for one event that is left out. */
async function helloWithout(left: string): Promise<CaseResult | undefined> {
  const events: { type: string; [key: string]: unknown }[] = [
    { type: "message_start", message: START },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "OK from the model." } },
    { type: "content_block_stop", index: 0 },
    {
      type: "message_delta",
      delta: { stop_reason: "end_turn", stop_sequence: null },
      usage: { output_tokens: 2 },
    },
    { type: "message_stop" },
  ];
  const kept = events.filter(({ type }) => type !== left);
  const text = kept.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
  const target = createServer((_request, response) => {
    response.setHeader("content-type", "text/event-stream").end(text);
  });
  const url = `http://127.0.0.1:${await listen(target)}`;
  const report = await runSuite(
    { target: { url, upstreamPort: await freePort() }, cases: ["claude-code.hello"], version: "test" },
    () => {},
  );
  return report.cases[0];
}

test("the client hides a block that is never closed; the case does not", async () => {
  const result = await helloWithout("content_block_stop");
  expect(result).toMatchObject({ kind: "client", verdict: "fail" });
  expect(result?.findings.map(({ rule }) => rule)).toEqual(expect.arrayContaining(["claude", "SC8"]));
});

test("a stream without its start makes the client ask again: no-fallback", async () => {
  const result = await helloWithout("message_start");
  expect(result?.findings.map(({ rule }) => rule)).toEqual(expect.arrayContaining(["no-fallback", "SC3"]));
});

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { runSuite } from "../conformance/run-suite.ts";
import { renderPretty } from "./pretty.ts";

/** All that a message has, but for one key. */
const MESSAGE = {
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: "m",
  content: [{ type: "text", text: "Hello", citations: null }],
  stop_reason: "end_turn",
  usage: {
    input_tokens: 3,
    output_tokens: 2,
    cache_creation_input_tokens: null,
    cache_read_input_tokens: null,
  },
};

test("a target whose messages lack one key is told so once, not with every case", async () => {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(MESSAGE));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const cases = ["protocol.*", "messages.*", "caching.*"];
    const report = await runSuite({ target: { url }, cases, version: "0" }, () => undefined);
    const text = await renderPretty(report, { width: 100, color: false, cases: new Map() });
    const key = "no stop_sequence key";
    const having = report.cases.filter(({ findings }) =>
      findings.some(({ message }) => message.endsWith(key)),
    );
    expect(having.length).toBeGreaterThanOrEqual(3);
    expect(text.split(key)).toHaveLength(2);
    expect(text).toMatch(/\nA: IN \d+ CASES\n {2}rule /);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

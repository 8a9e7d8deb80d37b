import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { createBridge } from "../bridge/bridge.ts";
import { startScripted } from "../scripted/server.ts";
import type { SuiteFile } from "./case.ts";
import type { LiveModel, Progress } from "./options.ts";
import { loadSuites } from "./load.ts";
import { runSuite } from "./run-suite.ts";
import type { RunReport } from "./types.ts";

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A Messages endpoint that does one thing, whatever it is asked. */
async function target(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  return `http://127.0.0.1:${await portOf(server)}`;
}

async function portOf(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return (server.address() as AddressInfo).port;
}

function run(url: string, cases: string[], progress: Progress[] = []): Promise<RunReport> {
  return runSuite({ target: { url }, cases, version: "test" }, (one) => progress.push(one));
}

const SSE = { "content-type": "text/event-stream", "cache-control": "no-cache" };
const STREAM_WITHOUT_END = 'event: message_start\ndata: {"type":"message_start"}\n\n';

test("a target that streams badly fails, with the rule, what was sent and what came back", async () => {
  const url = await target((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
    response.end(STREAM_WITHOUT_END);
  });
  const report = await run(url, ["protocol.content-type.sse"]);
  const [result] = report.cases;
  expect(result).toMatchObject({ verdict: "fail", kind: "wire", upstream: null, blame: "bridge" });
  expect(result?.findings.map(({ rule }) => rule)).toContain("SC3");
  expect(result?.findings[0]?.evidence).toMatch(
    /^sent: POST \/v1\/messages \{.*\nevent: message_start|^sent: POST/s,
  );
  expect(report).toMatchObject({
    exitCode: 1,
    incomplete: false,
    headline: { bridge: { must: { pass: 0, total: 1 } } },
  });
});

test("an answer that is no envelope fails by rule EE", async () => {
  const url = await target((_request, response) => response.writeHead(404).end("404 page not found"));
  const report = await run(url, ["protocol.beta.query-and-path"]);
  expect(report.cases[0]?.findings.map(({ rule }) => rule)).toEqual(
    expect.arrayContaining(["EE", "outcome"]),
  );
});

test("a target that never answers fails; it is no harness error", async () => {
  const url = await target((request) => request.socket.destroy());
  const report = await run(url, ["protocol.content-type.json"]);
  expect(report.cases[0]).toMatchObject({ verdict: "fail", findings: [{ rule: "answers" }] });
});

test.each([
  ["never answers", () => undefined, /^POST \/v1\/messages: no answer in 1s$/],
  [
    "falls silent in its answer",
    (_request: unknown, response: ServerResponse) =>
      response.writeHead(200, SSE).write("event: message_start"),
    /ended|incomplete|cut|broke/,
  ],
])(
  "a target that %s until the time of the case is over fails; the harness is sound",
  async (_what, answer, message) => {
    const url = await target(answer);
    const all = await loadSuites(undefined, {});
    const loaded = all.map((suite) => ({
      ...suite,
      cases: suite.cases.map((spec) => ({ ...spec, limit: "1s" })),
    }));
    const cases = ["protocol.content-type.sse"];
    const report = await runSuite({ target: { url }, cases, loaded, version: "test" }, () => {});
    const [result] = report.cases;
    expect(result).toMatchObject({ verdict: "fail", blame: "bridge" });
    expect(result?.findings.map((finding) => finding.message).join("\n")).toMatch(message);
    expect(report.exitCode).toBe(1);
  },
);

test("what a foreign target cannot be asked is skipped with its reason", async () => {
  const url = await target((_request, response) => response.end());
  const report = await run(url, ["protocol.auth.missing-401", "messages.prefill"]);
  expect(report.cases.map(({ verdict, reason }) => [verdict, typeof reason])).toEqual([
    ["skip", "string"],
    ["skip", "string"],
  ]);
  expect(report).toMatchObject({ exitCode: 0, headline: { bridge: { must: { pass: 0, total: 0 } } } });
});

test("a foreign bridge with our upstream behind it runs the scripted cases", async () => {
  const holder = createServer();
  const upstreamPort = await portOf(holder);
  await new Promise((resolve) => holder.close(resolve));
  const bridge = createBridge({
    provider: "ollama",
    baseUrl: `http://127.0.0.1:${upstreamPort}`,
    model: "scripted",
  });
  try {
    const { url } = await bridge.listen();
    const report = await runSuite(
      {
        target: { url, upstreamPort, upstream: "ollama" },
        cases: ["messages.content.equivalence", "messages.id.unique", "streaming.event-order"],
        version: "test",
      },
      () => {},
    );
    expect(report.cases.map(({ upstream, verdict }) => [upstream, verdict])).toEqual([
      ["ollama", "pass"],
      ["ollama", "pass"],
      ["ollama", "pass"],
    ]);
    expect(report.backend.description).toContain(`port ${upstreamPort}`);
  } finally {
    await bridge.close();
  }
});

test("nothing selected is an error that says so", async () => {
  await expect(run("http://127.0.0.1:1", ["nothing.*"])).rejects.toThrow(
    /no case matches --case nothing\.\*/,
  );
  await expect(runSuite({ suites: ["nothing"], version: "test" }, () => {})).rejects.toThrow(
    /no suite "nothing"; there are .*protocol/,
  );
});

test("an aborted run is incomplete: exit 5", async () => {
  const report = await runSuite(
    { suites: ["protocol"], version: "test", signal: AbortSignal.abort() },
    () => {},
  );
  expect(report).toMatchObject({ incomplete: true, exitCode: 5, cases: [] });
});

test("the embedded bridge passes; progress tells of each row", async () => {
  const progress: Progress[] = [];
  const report = await runSuite(
    { cases: ["messages.shape.envelope", "protocol.request-id"], version: "test" },
    (one) => progress.push(one),
  );
  expect(report.cases.map(({ id, upstream, verdict }) => [id, upstream, verdict])).toEqual([
    ["messages.shape.envelope", "ollama", "pass"],
    ["messages.shape.envelope", "openai", "pass"],
    ["protocol.request-id", null, "pass"],
  ]);
  expect(progress.map(({ kind }) => kind)).toEqual(["start", "case", "case", "case", "end"]);
});

test("what the model itself says is read by the embedded Ollama in each of its modes", async () => {
  const report = await runSuite({ cases: ["thinking.stream.sequence"], version: "test" }, () => {});
  expect(report.cases.map(({ upstream, mode, verdict }) => [upstream, mode, verdict])).toEqual([
    ["ollama", "go", "pass"],
    ["ollama", "jinja", "pass"],
    ["ollama", "parser", "pass"],
    ["openai", null, "pass"],
  ]);
});

test("of a live model's rows those that are skipped come first, then requests, then tasks", async () => {
  const scripted = await startScripted({ flavour: "openai" });
  const base = { level: "SHOULD", kinds: ["capable"], title: "t", spec: [] };
  const task = { prompt: "x", passed: { tools: [{ name: "Read" }] } };
  const live = [
    { request: { model: "scripted", max_tokens: 9, messages: [{ role: "user", content: "x" }] } },
  ];
  const cases = [
    { ...base, id: "a.task", procedure: { task } },
    { ...base, id: "a.request", live },
    { ...base, id: "a.skipped", live, needs: ["vision"] },
  ];
  const profile = { capabilities: { vision: { has: false, from: "x" } }, context: { used: null } };
  const baseUrl = `${scripted.url}/v1`;
  const model = { name: "scripted", kind: "url", description: "", provider: "openai", baseUrl, profile };
  const order: string[] = [];
  const options = {
    loaded: [{ suite: "a", title: "", defaults: {}, cases }] as unknown as SuiteFile[],
    live: [model as unknown as LiveModel],
    trials: { runs: 1 },
    // Any program that ends at once will do.
    claudeBinary: process.execPath,
    version: "test",
  };
  const { cases: rows } = await runSuite(options, (one) => {
    if (one.kind === "case") order.push(one.result.id);
  });
  await scripted.close();
  expect(order).toEqual(["a.skipped", "a.request", "a.task"]);
  expect(rows.map(({ id }) => id)).toEqual(["a.task", "a.request", "a.skipped"]);
});

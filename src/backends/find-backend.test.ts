import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findBackend } from "./find-backend.ts";
import type { DownloadProgress } from "./backend.ts";
import { listModels } from "./list-models.ts";

let answers: Record<string, [status: number, body: string]>;
let hooks: Record<string, (request: IncomingMessage, response: ServerResponse) => unknown>;
let server: Server;
let url: string;

beforeEach(async () => {
  hooks = {};
  answers = {
    "/api/tags": [200, JSON.stringify({ models: [{ name: "qwen3:1.7b" }, { name: "tiny:latest" }] })],
    "/api/version": [200, '{"version":"0.1.2"}'],
    "/v1/models": [200, JSON.stringify({ object: "list", data: [{ id: "gpt-x" }] })],
  };
  server = createServer((request, response) => {
    if (hooks[request.url ?? ""]?.(request, response) !== undefined) return;
    const [status, body] = answers[request.url ?? ""] ?? [404, "nothing"];
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const PULLED: [number, string] = [
  200,
  `{"status":"pulling manifest"}
{"status":"pulling a","digest":"a","total":10,"completed":5}
{"status":"pulling b","digest":"b","total":4,"completed":2}
{"status":"success"}
`,
];

/** Answers one path, with a body; what was sent there. From then on `llama3.2:3b` is listed. */
function serve(path: string, [status, text]: [number, string], instead?: () => void): string[] {
  const bodies: string[] = [];
  hooks[path] = async (request, response) => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    bodies.push(body);
    answers["/api/tags"] = [200, JSON.stringify({ models: [{ name: "llama3.2:3b", digest: "d" }] })];
    response.writeHead(status);
    if (instead === undefined) return response.end(text);
    response.write(text);
    return instead();
  };
  return bodies;
}

test("a running Ollama that has the model is taken", async () => {
  const backend = await findBackend({ kind: "auto", model: "tiny", env: { OLLAMA_HOST: url } });
  expect(backend).toMatchObject({ kind: "ollama", provider: "ollama", baseUrl: url, model: "tiny" });
});

test("an Ollama without the model is asked for it only when that was agreed to", async () => {
  const pulls = serve("/api/pull", PULLED);
  const wish = { kind: "auto", model: "llama3.2:3b", env: { OLLAMA_HOST: url } } as const;
  await expect(findBackend(wish)).rejects.toMatchObject({
    code: "backend-consent",
    message: expect.stringMatching(/nothing was downloaded: run "ollama pull llama3.2:3b".*--yes/) as string,
  });
  await expect(findBackend({ ...wish, consent: () => Promise.resolve(false) })).rejects.toMatchObject({
    code: "backend-consent",
  });
  expect(pulls).toEqual([]);
  const seen: DownloadProgress[] = [];
  const backend = await findBackend({
    ...wish,
    consent: () => Promise.resolve(true),
    onDownload: (progress) => void seen.push(progress),
  });
  expect(backend).toMatchObject({
    kind: "ollama",
    model: "llama3.2:3b",
    digest: "d",
    engineVersion: "0.1.2",
  });
  expect(seen.map(({ status, completed, total }) => [status, completed, total])).toEqual([
    ["pulling manifest", 0, 0],
    ["pulling a", 5, 10],
    ["pulling b", 7, 14],
    ["success", 7, 14],
  ]);
  expect(pulls).toEqual(['{"model":"llama3.2:3b","stream":true}']);
});

test.each([
  ['{"error":"pull model manifest: file does not exist"}', /finds no model "m" to pull/],
  ['{"error":"dial tcp: lookup registry: no such host"}', /cannot reach its registry/],
  ['{"error":"write: no space left on device"}', /free space/],
  ['{"status":"pulling manifest"}', /ended before the model was there/],
  ["<html>", /could not pull "m" \(<html>\)/],
])("a pull that answers %s is an error", async (lines, message) => {
  serve("/api/pull", [200, `${lines}\n`]);
  const wish = { kind: "ollama", model: "m", baseUrl: url, consent: () => Promise.resolve(true) } as const;
  await expect(findBackend(wish)).rejects.toMatchObject({
    code: "backend-download",
    message: expect.stringMatching(message) as string,
  });
});

test("a server alone need not have the model", async () => {
  const wish = { kind: "ollama", model: "scripted", baseUrl: url, serverOnly: true } as const;
  await expect(findBackend(wish)).resolves.toMatchObject({ kind: "ollama", engineVersion: "0.1.2" });
});

test("an aborted pull is an interruption", async () => {
  const stop = new AbortController();
  serve("/api/pull", [200, '{"status":"pulling manifest"}\n'], () => stop.abort());
  const wish = { kind: "ollama", model: "m", baseUrl: url, signal: stop.signal } as const;
  await expect(findBackend({ ...wish, consent: () => Promise.resolve(true) })).rejects.toMatchObject({
    code: "backend-interrupted",
  });
});

test("no Ollama and no engine: the three ways are named, and nothing takes their place", async () => {
  const env = { OLLAMA_HOST: "127.0.0.1:1", DOCKER_HOST: "unix:///nowhere/docker.sock" };
  await expect(findBackend({ kind: "auto", model: "m", env })).rejects.toMatchObject({
    code: "backend-missing",
    message: expect.stringMatching(
      /no Ollama at http:\/\/127\.0\.0\.1:1 .*no container engine.*ollama pull m.*Docker.*--base-url/,
    ) as string,
  });
  await expect(findBackend({ kind: "container", model: "m", env })).rejects.toMatchObject({
    code: "backend-engine",
  });
});

test("a URL is taken as it is when it does not deny the model", async () => {
  const backend = await findBackend({ kind: "auto", baseUrl: `${url}/v1`, model: "hidden" });
  expect(backend).toMatchObject({ kind: "url", provider: "openai", baseUrl: `${url}/v1`, model: "hidden" });
  answers["/v1/models"] = [404, ""];
  await expect(findBackend({ kind: "url", baseUrl: `${url}/v1`, model: "m" })).resolves.toBeDefined();
});

/** The server lists another model; it answers a chat about `m` with this. */
function answerChat(status: number, body: string): string[] {
  const asked: string[] = [];
  hooks["/v1/chat/completions"] = async (request, response) => {
    for await (const chunk of request) asked.push(String(chunk));
    return response.writeHead(status).end(body);
  };
  return asked;
}

test.each([
  '{"error":{"message":"The model `m` does not exist","code":"model_not_found"}}',
  `{"error":{"message":"model 'm' not found"}}`,
])("a model that is not listed, and that the server denies: %s", async (body) => {
  const asked = answerChat(404, body);
  await expect(findBackend({ kind: "url", baseUrl: `${url}/v1`, model: "m" })).rejects.toMatchObject({
    code: "backend-missing",
    message: expect.stringMatching(/has no model "m" \(it answered 404\); it lists gpt-x$/) as string,
  });
  expect(JSON.parse(asked.join(""))).toMatchObject({ model: "m", max_tokens: 1 });
});

test.each([
  [404, "404 page not found"],
  [400, '{"error":"max_tokens is too small"}'],
  [401, '{"error":"model m does not exist for you"}'],
  [200, "{}"],
])("a model that is not listed, of which the server says %d %s, is taken", async (status, body) => {
  answerChat(status, body);
  const found = findBackend({ kind: "url", baseUrl: `${url}/v1`, model: "m" });
  await expect(found).resolves.toMatchObject({ model: "m" });
});

test("a model that is listed costs no token", async () => {
  let asked = false;
  hooks["/v1/chat/completions"] = () => (asked = true);
  await expect(findBackend({ kind: "url", baseUrl: `${url}/v1`, model: "gpt-x" })).resolves.toBeDefined();
  expect(asked).toBe(false);
});

test.each([
  [{ kind: "url", baseUrl: "http://127.0.0.1:1/v1", model: "m" }, "backend-unreachable"],
  [{ kind: "url", baseUrl: "http://127.0.0.1:1/v1" }, "backend-missing"],
  [{ kind: "ollama" }, "backend-missing"],
  [{ kind: "container" }, "backend-missing"],
  [{ kind: "container", model: "m", image: "Ollama/Ollama" }, "backend-image"],
] as const)("%j ends with %s", async (wish, code) => {
  await expect(findBackend(wish)).rejects.toMatchObject({ code });
});

test("both providers' models are listed", async () => {
  expect(await listModels({ provider: "ollama", baseUrl: url })).toEqual(["qwen3:1.7b", "tiny:latest"]);
  expect(await listModels({ provider: "openai", baseUrl: `${url}/v1` })).toEqual(["gpt-x"]);
});

test.each([
  [[401, "{}"], /answered 401.*--api-key/],
  [[200, "<html>"], /answered 200 without a list of models/],
  [[200, "null"], /answered 200 without a list of models/],
  [[500, "{}"], /answered 500 without a list of models/],
] as [[number, string], RegExp][])("a server that answers %j is refused", async (answer, message) => {
  answers["/v1/models"] = answer;
  await expect(listModels({ provider: "openai", baseUrl: `${url}/v1` })).rejects.toMatchObject({
    code: "backend-refused",
    message: expect.stringMatching(message),
  });
});

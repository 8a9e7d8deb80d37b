import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createOnOllama } from "./create-on-ollama.ts";
import { scriptedOnOllama } from "./scripted-on-ollama.ts";

const GGUF = Buffer.from("GGUF, nearly");
const DIGEST = `sha256:${createHash("sha256").update(GGUF).digest("hex")}`;

let server: Server;
let url: string;
let requests: string[];
let answers: Record<string, [status: number, body?: string]>;

beforeEach(async () => {
  requests = [];
  answers = {
    "HEAD /api/blobs": [404],
    "POST /api/blobs": [201],
    "POST /api/create": [200, '{"status":"success"}'],
  };
  server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  requests.push(`${request.method} ${request.url} ${await text(request)}`.trim());
  const path = (request.url ?? "").split("/").slice(0, 3).join("/");
  const [status, body] = answers[`${request.method} ${path}`] ?? [404];
  response.writeHead(status).end(body);
}

afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
});

const CREATE = {
  model: "made",
  files: { "model.gguf": DIGEST },
  template: "{{ .Prompt }}",
  parameters: { num_ctx: 4096 },
  stream: false,
};

test("the file is sent, then the model made of it", async () => {
  await createOnOllama(`${url}/v1/`, "made", {
    gguf: GGUF,
    template: "{{ .Prompt }}",
    parameters: { num_ctx: 4096 },
  });
  expect(requests).toEqual([
    `HEAD /api/blobs/${DIGEST}`,
    `POST /api/blobs/${DIGEST} GGUF, nearly`,
    `POST /api/create ${JSON.stringify(CREATE)}`,
  ]);
});

test("a file that is there is not sent again", async () => {
  answers["HEAD /api/blobs"] = [200];
  await createOnOllama(url, "made", { gguf: GGUF });
  expect(requests.map((request) => request.split("/")[0])).toEqual(["HEAD ", "POST "]);
});

test.each<[what: string, key: string, answer: [number, string?], message: RegExp]>([
  [
    "a file",
    "POST /api/blobs",
    [400, '{"error":"digest mismatch"}'],
    /blobs\/sha256:.* answered 400 .*digest/,
  ],
  ["to look", "HEAD /api/blobs", [403], /blobs\/sha256:.* answered 403/],
  ["a model", "POST /api/create", [400, '{"error":"invalid model name"}'], /create answered 400 .*name/],
  ["a model behind a 200", "POST /api/create", [200, '{"error":"template error"}'], /200 .*template error/],
])("an Ollama that refuses %s is quoted", async (_what, key, answer, message) => {
  answers[key] = answer;
  const made = createOnOllama(url, "made", { gguf: GGUF });
  await expect(made).rejects.toMatchObject({
    code: "backend-refused",
    message: expect.stringMatching(message),
  });
});

test("nobody there is said", async () => {
  const made = createOnOllama("http://127.0.0.1:1", "made", { gguf: GGUF });
  await expect(made).rejects.toMatchObject({ code: "backend-unreachable" });
});

test("each way of running a model gets what arms it", () => {
  const scripts = [{ marker: "[[a]]", pieces: ["b"] }];
  const [go, jinja, parser] = (["go", "jinja", "parser"] as const).map((mode) =>
    scriptedOnOllama(mode, scripts),
  );
  const knowsTools = [go, jinja, parser].map((model) => Buffer.from(model?.gguf ?? []).includes("<tools>"));
  expect(knowsTools).toEqual([false, true, false]);
  expect(go?.template).toMatch(/\{\{ range \.Tools \}\}.*<\|assistant\|>$/s);
  expect(jinja).not.toHaveProperty("template");
  expect(parser).toMatchObject({ renderer: "qwen3-vl-instruct", parser: "qwen3" });
  for (const model of [go, jinja, parser]) expect(model?.parameters).toMatchObject({ num_ctx: 131_072 });
});

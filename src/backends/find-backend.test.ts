import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findBackend } from "./find-backend.ts";
import { listModels } from "./list-models.ts";

let answers: Record<string, [status: number, body: string]>;
let server: Server;
let url: string;

beforeEach(async () => {
  answers = {
    "/api/tags": [200, JSON.stringify({ models: [{ name: "qwen3:1.7b" }, { name: "tiny:latest" }] })],
    "/v1/models": [200, JSON.stringify({ object: "list", data: [{ id: "gpt-x" }] })],
  };
  server = createServer((request, response) => {
    const [status, body] = answers[request.url ?? ""] ?? [404, "nothing"];
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
});

test("a running Ollama that has the model is taken", async () => {
  const backend = await findBackend({ kind: "auto", model: "tiny", env: { OLLAMA_HOST: url } });
  expect(backend).toMatchObject({ kind: "ollama", provider: "ollama", baseUrl: url, model: "tiny" });
});

test("an Ollama without the model is not, and the ways to get one are named", async () => {
  const found = findBackend({ kind: "auto", model: "absent", env: { OLLAMA_HOST: url } });
  await expect(found).rejects.toMatchObject({
    code: "backend-missing",
    message: expect.stringMatching(/no model "absent".*ollama pull absent.*--base-url.*containers/),
  });
});

test("no Ollama at all is said, never replaced", async () => {
  const found = findBackend({ kind: "auto", model: "m", env: { OLLAMA_HOST: "127.0.0.1:1" } });
  await expect(found).rejects.toMatchObject({
    code: "backend-missing",
    message: expect.stringMatching(/no Ollama at http:\/\/127\.0\.0\.1:1 .*ollama pull m/),
  });
});

test("a URL is taken as it is, whatever models it lists", async () => {
  const backend = await findBackend({ kind: "auto", baseUrl: `${url}/v1`, model: "hidden" });
  expect(backend).toMatchObject({ kind: "url", provider: "openai", baseUrl: `${url}/v1`, model: "hidden" });
  answers["/v1/models"] = [404, ""];
  await expect(findBackend({ kind: "url", baseUrl: `${url}/v1`, model: "m" })).resolves.toBeDefined();
});

test.each([
  [{ kind: "url", baseUrl: "http://127.0.0.1:1/v1", model: "m" }, "backend-unreachable"],
  [{ kind: "url", baseUrl: "http://127.0.0.1:1/v1" }, "backend-missing"],
  [{ kind: "ollama" }, "backend-missing"],
  [{ kind: "container", model: "m" }, "backend-missing"],
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

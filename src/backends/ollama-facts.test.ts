import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ollamaFacts } from "./ollama-facts.ts";

const answers: Record<string, unknown> = {
  "/api/version": { version: "0.32.1" },
  "/api/tags": {
    models: [
      { name: "m:latest", digest: "d1" },
      { name: "n:1b", digest: "d2" },
    ],
  },
};
const server = createServer((request, response) => response.end(JSON.stringify(answers[request.url ?? ""])));
let url = "";

beforeEach(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

test.each([
  ["m", "d1"],
  ["m:latest", "d1"],
  ["n:1b", "d2"],
  ["n", undefined],
])("the build of %s", async (model, digest) => {
  expect(await ollamaFacts(url, model)).toEqual({ engineVersion: "0.32.1", ...(digest && { digest }) });
});

test("a server without the routes tells nothing", async () => {
  expect(await ollamaFacts(`${url}/none`, "m")).toEqual({});
});

import { HttpRequestInterceptor } from "@mswjs/interceptors/http";
import { http, HttpResponse } from "msw";
import { defineNetwork, InterceptorSource } from "msw/experimental";
import { afterAll, beforeAll, expect, test } from "vitest";
import { textStream } from "../testing/fake-upstream.ts";
import { REQUEST } from "../testing/bridge-fixture.ts";
import { createBridge } from "./bridge.ts";

interface Seen {
  url: string;
  authorization: string | null;
  body: Record<string, unknown>;
}

const seen: Seen[] = [];

const network = defineNetwork({
  onUnhandledFrame: "bypass",
  context: { quiet: true },
  sources: [new InterceptorSource({ interceptors: [new HttpRequestInterceptor()] })],
  handlers: [
    http.post("https://openrouter.ai/api/v1/chat/completions", async ({ request }) => {
      const body = (await request.json()) as Record<string, unknown>;
      seen.push({ url: request.url, authorization: request.headers.get("authorization"), body });
      return new HttpResponse(textStream("hello"), { headers: { "content-type": "text/event-stream" } });
    }),
  ],
});

// nock comes second: it lets nothing else out, and leaves alone what msw answers.
beforeAll(async () => {
  network.enable();
  const { default: nock } = await import("nock");
  nock.disableNetConnect();
  nock.enableNetConnect("127.0.0.1");
});

afterAll(async () => {
  const { default: nock } = await import("nock");
  nock.restore();
  network.disable();
});

test("claude-bridge openai gpt-4o --baseURL https://openrouter.ai/api/v1 --apiKey K", async () => {
  const logged: string[] = [];
  const write = (entry: object, message: string): void => void logged.push(JSON.stringify(entry) + message);
  await using bridge = createBridge({
    provider: "openai",
    baseUrl: "https://openrouter.ai/api/v1",
    apiKey: "K-canary",
    model: "gpt-4o",
    log: { debug: write, info: write, warn: write, error: write },
  });
  const { url } = await bridge.listen();
  const response = await fetch(`${url}/v1/messages`, {
    method: "POST",
    body: JSON.stringify({ ...REQUEST, model: "gpt-4o", stream: true }),
  });
  expect(await response.text()).toContain("hello");
  expect(seen).toEqual([
    {
      url: "https://openrouter.ai/api/v1/chat/completions",
      authorization: "Bearer K-canary",
      body: expect.objectContaining({
        model: "gpt-4o",
        stream: true,
        stream_options: { include_usage: true },
      }),
    },
  ]);
  expect(logged.length).toBeGreaterThan(0);
  expect(logged.join("\n")).not.toContain("K-canary");
});

test("nothing else leaves this machine", async () => {
  await using bridge = createBridge({
    provider: "openai",
    baseUrl: "https://elsewhere.example/v1",
    model: "m",
    maxRetries: 0,
  });
  const request = new Request("http://bridge/v1/messages", { method: "POST", body: JSON.stringify(REQUEST) });
  const response = await bridge.fetch(request);
  expect(response.status).toBe(502);
  expect(await response.text()).not.toContain("elsewhere");
});

import { setupServer } from "msw/node";
import { expect, onTestFinished, test } from "vitest";
import type { Cassette } from "./cassette/types.ts";
import { cassetteHandlers, type CassetteHandlerOptions } from "./msw.ts";
import { bytes, cassette, exchange, request, response } from "./testing/cassettes.ts";

const SSE = "data: 日本\n\ndata: two\n\n";
const tape = cassette([
  exchange("0001", {
    clientRequest: request({ model: "m", messages: [{ role: "user", content: "one" }] }),
    upstream: [
      {
        bridgeRequest: request({ model: "m", messages: [] }, { path: "/v1/chat/completions" }),
        upstreamResponse: response("data: [DONE]\n\n"),
      },
    ],
    bridgeResponse: response(SSE, { cuts: [7, 14] }),
  }),
]);

function intercept(recorded: Cassette, options?: CassetteHandlerOptions): void {
  const server = setupServer(...cassetteHandlers(recorded, options));
  server.listen({ onUnhandledFrame: "error" });
  onTestFinished(() => server.close());
}

function post(url: string, body: unknown): Promise<Response> {
  return fetch(url, { method: "POST", body: JSON.stringify(body) });
}

test("a client in this process is answered from the cassette, chunk by chunk", async () => {
  intercept(tape);
  const answer = await post("https://api.example.com/v1/messages?beta=true", {
    model: "m",
    metadata: { user_id: "another" },
    messages: [{ role: "user", content: [{ type: "text", text: "one" }] }],
  });
  expect(answer.headers.get("content-type")).toBe("text/event-stream");
  const sizes: number[] = [];
  for await (const chunk of answer.body ?? []) sizes.push(chunk.length);
  expect(sizes).toEqual([7, 7, bytes(SSE).length - 14]);
});

test("what the cassette has no answer for is a 410 that says why", async () => {
  intercept(tape);
  const answer = await post("https://api.example.com/v1/messages", {
    model: "other",
    messages: [{ role: "user", content: "one" }],
  });
  expect([answer.status, answer.headers.get("x-should-retry")]).toEqual([410, "false"]);
  expect(await answer.json()).toMatchObject({
    error: { message: expect.stringContaining('/model  recorded "m"  got "other"') as string },
  });
});

test("other routes are left to other handlers", async () => {
  intercept(tape);
  await expect(fetch("https://elsewhere.example.com/")).rejects.toThrow("fetch");
});

test("the back hop plays the model's server", async () => {
  intercept(tape, { surface: "back" });
  const answer = await post("https://models.example.com/v1/chat/completions", { model: "m", messages: [] });
  expect(await answer.text()).toBe("data: [DONE]\n\n");
});

import { expect, test } from "vitest";
import { checkStream, createBridge, defaultFlags, translateRequest, translateStream } from "./index.ts";
import { startFakeUpstream, startEvents, textStream } from "./testing/fake-upstream.ts";

const REQUEST = { model: "m", max_tokens: 100, messages: [{ role: "user" as const, content: "hi" }] };

test("the bridge is a function of web requests, and its streams pass the strict checker", async () => {
  const upstream = await startFakeUpstream((request) => startEvents(request).end(textStream("hello")));
  const bridge = createBridge({ provider: "openai", baseUrl: `${upstream.url}/v1`, model: "m" });
  const body = JSON.stringify({ ...REQUEST, stream: true });
  const response = await bridge.fetch(new Request("http://bridge/v1/messages", { method: "POST", body }));
  const bytes = new Uint8Array(await response.arrayBuffer());
  await bridge.close();
  await upstream.close();
  expect(checkStream(bytes).filter((finding) => finding.severity === "error")).toEqual([]);
  expect(checkStream(bytes.slice(0, -40)).map((finding) => finding.rule)).not.toEqual([]);
});

test("translation needs neither network nor clock", () => {
  const flags = defaultFlags("openai");
  const { upstream, context } = translateRequest(REQUEST, { model: "m", flags, repair: true, strict: false });
  expect(JSON.parse(upstream.body ?? "")).toMatchObject({
    model: "m",
    messages: [{ role: "user", content: "hi" }],
  });
  const ids = { message: () => "msg_1", toolUse: () => "toolu_1" };
  const events = translateStream([Buffer.from(textStream("hello"))], "openai", context, ids);
  expect(events.map((event) => event.type)).toEqual([
    "message_start",
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
  ]);
});

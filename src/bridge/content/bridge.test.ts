import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { startBridge, type BridgeFixture } from "../../testing/bridge-fixture.ts";
import { startEvents, textStream, type FakeRequest } from "../../testing/fake-upstream.ts";

const file = (name: string): string =>
  readFileSync(new URL(`../../../fixtures/${name}`, import.meta.url)).toString("base64");
const answer = (request: FakeRequest): unknown => startEvents(request).end(textStream("ok"));
const pdf = (name: string): object => ({
  type: "document",
  source: { type: "base64", media_type: "application/pdf", data: file(`pdf/${name}.pdf`) },
});
const asking = (...content: object[]): object => ({
  model: "m",
  max_tokens: 9,
  messages: [{ role: "user", content }],
});

async function count(fixture: BridgeFixture, ...content: object[]): Promise<number> {
  const body = JSON.stringify(asking(...content));
  const response = await fetch(`${fixture.url}/v1/messages/count_tokens`, { method: "POST", body });
  return ((await response.json()) as { input_tokens: number }).input_tokens;
}

describe("through the bridge", () => {
  test("a PDF reaches the model as text", async () => {
    await using fixture = await startBridge(answer, { flags: { vision: false } });
    expect((await fixture.post(asking(pdf("two-pages")))).status).toBe(200);
    expect(fixture.upstream.chats()[0]?.body).toContain("PERIWINKLE-42");
  });

  test("one that cannot be read is refused before anything is sent", async () => {
    await using fixture = await startBridge(answer, { flags: { vision: false } });
    const response = await fixture.post(asking(pdf("encrypted")));
    expect(response.status).toBe(400);
    expect(await response.text()).toMatch(/messages\.0\.content\.0\.source: .*password protected/);
    expect(fixture.upstream.chats()).toEqual([]);
  });

  test("a refused WebP image is sent again as PNG, and the next one at once", async () => {
    const webp = { type: "base64", media_type: "image/webp", data: file("images/pixel.webp") };
    const choosy = (request: FakeRequest): unknown => {
      if (!request.body.includes("image/webp")) return answer(request);
      request.response.writeHead(400, { "content-type": "application/json" });
      return request.response.end(
        JSON.stringify({ error: { message: "Failed to load image or audio file" } }),
      );
    };
    await using fixture = await startBridge(choosy);
    for (let n = 0; n < 2; n++)
      expect((await fixture.post(asking({ type: "image", source: webp }))).status).toBe(200);
    const types = fixture.upstream.chats().map(({ body }) => /data:(image\/\w+)/.exec(body)?.[1]);
    expect(types).toEqual(["image/webp", "image/png", "image/png"]);
  });

  test("tokens are counted of the text that is in a PDF", async () => {
    await using fixture = await startBridge(answer, { flags: { vision: false } });
    const [none, some] = [
      await count(fixture, { type: "text", text: "a" }),
      await count(fixture, pdf("two-pages")),
    ];
    expect(some - none).toBeGreaterThan(10);
    expect(some - none).toBeLessThan(100);
    expect(await count(fixture, pdf("encrypted"))).toBeGreaterThan(0);
  });
});

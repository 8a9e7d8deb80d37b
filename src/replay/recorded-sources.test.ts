import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Exchange } from "../cassette/types.ts";
import { request, response } from "../testing/cassettes.ts";
import { recordedSources } from "./recorded-sources.ts";

const image = (name: string): string =>
  readFileSync(new URL(`../../fixtures/images/${name}`, import.meta.url)).toString("base64");
const [RED, BLUE, JPEG] = [image("red.png"), image("blue.png"), image("pixel.jpg")];

function exchange(front: unknown, upstream: unknown[]): Exchange {
  return {
    id: "0001",
    pairing: "header",
    clientRequest: request(front),
    upstream: upstream.map((body) => ({ bridgeRequest: request(body), upstreamResponse: response("") })),
    bridgeResponse: response(""),
    timing: { front: null, upstream: [] },
  };
}

const dataUrl = (data: string): unknown => ({
  type: "image_url",
  image_url: { url: `data:image/png;base64,${data}` },
});

describe.each<[dialect: string, body: unknown]>([
  ["ollama", { messages: [{ role: "user", content: "[image 1]", images: [BLUE, RED] }, { images: [JPEG] }] }],
  [
    "openai",
    { messages: [{ role: "user", content: [dataUrl(BLUE), dataUrl(RED)] }, { content: [dataUrl(JPEG)] }] },
  ],
])("a session over %s", (_dialect, body) => {
  test("gives what was fetched, in order, and not what the client had sent", async () => {
    const recorded = exchange({ messages: [{ content: [{ source: { data: BLUE } }] }] }, [
      { probe: 1 },
      body,
    ]);
    const source = recordedSources(() => recorded);
    const next = (): Promise<unknown> =>
      source("https://example.org/", "p", "image", new AbortController().signal);
    expect(await next()).toEqual({ type: "base64", media_type: "image/png", data: RED });
    expect(await next()).toEqual({ type: "base64", media_type: "image/jpeg", data: JPEG });
    await expect(next()).rejects.toThrow(/^p\.url: no image was recorded/);
  });
});

test("a document is not kept as it was fetched", async () => {
  const source = recordedSources(() => exchange({}, []));
  await expect(source("https://example.org/", "p", "document", new AbortController().signal)).rejects.toThrow(
    /no document was recorded/,
  );
});

import { expect, test } from "vitest";
import { resolveWeb, type WebOptions } from "./options.ts";

test.each<[options: WebOptions | undefined, settings: object]>([
  [undefined, { search: null, fetch: false }],
  [{}, { search: null, fetch: false }],
  [
    { search: { kind: "none" }, fetch: true },
    { search: null, fetch: true },
  ],
  [
    { search: { kind: "searxng", url: "http://127.0.0.1:8080/searx/" } },
    { search: { kind: "searxng", url: "http://127.0.0.1:8080/searx", key: "" }, fetch: false },
  ],
  [
    { search: { kind: "brave", key: "K" } },
    { search: { kind: "brave", url: "https://api.search.brave.com", key: "K" }, fetch: false },
  ],
  [
    { search: { kind: "ollama", key: "K" } },
    { search: { kind: "ollama", url: "https://ollama.com", key: "K" }, fetch: false },
  ],
])("%j", (options, settings) => {
  expect(resolveWeb(options)).toEqual(settings);
});

test.each<[search: unknown, message: RegExp]>([
  [{ kind: "bing", key: "K" }, /web\.search\.kind: "bing"/],
  [{ kind: "searxng" }, /web\.search\.url: /],
  [{ kind: "searxng", url: "ftp://x" }, /web\.search\.url: /],
  [{ kind: "brave" }, /web\.search\.key: brave/],
  [{ kind: "ollama", key: "" }, /web\.search\.key: ollama/],
])("%j is refused", (search, message) => {
  expect(() => resolveWeb({ search } as WebOptions)).toThrow(message);
});

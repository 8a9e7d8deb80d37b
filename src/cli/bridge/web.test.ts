import { expect, test } from "vitest";
import { webOptions } from "./web.ts";

const env = { BRAVE_API_KEY: "B", OLLAMA_API_KEY: "O" };

test.each([
  [undefined, false, { fetch: false }],
  [undefined, true, { fetch: true }],
  ["none", false, { search: { kind: "none" }, fetch: false }],
  [
    "searxng:http://127.0.0.1:8080",
    true,
    { search: { kind: "searxng", url: "http://127.0.0.1:8080" }, fetch: true },
  ],
  ["brave", false, { search: { kind: "brave", key: "B" }, fetch: false }],
  ["ollama", false, { search: { kind: "ollama", key: "O" }, fetch: false }],
])("--web-search %s, --web-fetch %s", (webSearch, webFetch, options) => {
  expect(webOptions({ ...(webSearch !== undefined && { webSearch }), webFetch }, env)).toEqual(options);
});

test.each([
  ["bing", /takes searxng:URL, brave, ollama or none, not "bing"/],
  ["searxng", /not "searxng"/],
  ["searxng:", /takes an http or https URL/],
  ["searxng:ftp://x", /takes an http or https URL/],
])("--web-search %s is a usage error", (webSearch, message) => {
  expect(() => webOptions({ webSearch, webFetch: false }, env)).toThrow(message);
});

test.each([
  ["brave", /needs its key in the variable BRAVE_API_KEY/],
  ["ollama", /needs its key in the variable OLLAMA_API_KEY/],
])("%s without its key is a usage error", (webSearch, message) => {
  expect(() => webOptions({ webSearch, webFetch: false }, {})).toThrow(message);
});

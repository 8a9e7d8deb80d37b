import { describe, expect, test } from "vitest";
import { body, refusal, tool, type Refused } from "../testing/requests.ts";
import { parseMessagesRequest } from "./validate.ts";
import { webToolOf } from "./web-tools.ts";

const search = (fields: object = {}): object =>
  body({ tools: [{ type: "web_search_20250305", name: "web_search", ...fields }] });

test.each([
  ["web_search_20250305", "web_search"],
  ["web_search_20260318", "web_search"],
  ["web_fetch_20250910", "web_fetch"],
  ["web_search", null],
  ["web_search_2025", null],
  ["my_web_search_20250305", null],
  ["code_execution_20250825", null],
  ["custom", null],
  [null, null],
  [undefined, null],
])("the type %s is %s", (type, name) => {
  expect(webToolOf(type)).toBe(name);
});

describe("a web tool", () => {
  test.each<[name: string, request: unknown]>([
    ["alone", search()],
    [
      "as Claude Code sends it",
      search({ allowed_domains: [], blocked_domains: [], max_uses: 8, user_location: null }),
    ],
    ["with domains", search({ allowed_domains: ["example.com"], blocked_domains: [] })],
    ["that code may call too", search({ allowed_callers: ["code_execution_20260120", "direct"] })],
    [
      "beside a custom tool",
      body({ tools: [tool(), { type: "web_fetch_20250910", name: "web_fetch", max_content_tokens: 100 }] }),
    ],
  ])("%s is accepted", (_name, request) => {
    expect(parseMessagesRequest(request, "2023-06-01")).toMatchObject({ model: "m" });
  });

  test.each<Refused>([
    [search({ name: "search" }), /^tools\.0\.name: /],
    [search({ max_uses: 0 }), /^tools\.0\.max_uses: /],
    [search({ max_uses: -1 }), /^tools\.0\.max_uses: /],
    [search({ max_uses: "8" }), /^tools\.0\.max_uses: /],
    [search({ allowed_domains: "example.com" }), /^tools\.0\.allowed_domains: /],
    [search({ blocked_domains: ["a", 1] }), /^tools\.0\.blocked_domains\.1: /],
    [
      search({ allowed_domains: ["a.com"], blocked_domains: ["b.com"] }),
      /^tools\.0\.blocked_domains: .*allowed_domains/,
    ],
    [search({ allowed_callers: ["code_execution_20260120"] }), /^tools\.0\.allowed_callers: /],
    [search({ user_location: "here" }), /^tools\.0\.user_location: /],
    [search({ url_sources: {} }), /^tools\.0\.url_sources: /],
    [
      body({ tools: [tool({ name: "web_search" }), { type: "web_search_20250305", name: "web_search" }] }),
      /^tools\.1\.name: .*unique/,
    ],
  ])("%j is refused", (request, message) => {
    expect(refusal(request).message).toMatch(message);
  });
});

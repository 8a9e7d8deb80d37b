import { expect, test } from "vitest";
import { allowsUrl } from "./domains.ts";

test.each<[allowed: string[], blocked: string[], url: string, through: boolean]>([
  [[], [], "https://a.com/x", true],
  [["a.com"], [], "https://a.com/x", true],
  [["a.com"], [], "https://www.a.com/", true],
  [["a.com"], [], "https://nota.com/", false],
  [["a.com"], [], "https://a.com.evil.org/", false],
  [["a.com"], [], "https://evil.org/?a.com", false],
  [["A.COM"], [], "https://a.com/", true],
  [["https://a.com/"], [], "https://a.com/x", true],
  [["*.a.com"], [], "https://b.a.com/x", true],
  [["a.com/docs"], [], "https://a.com/docs/x", true],
  [["a.com/docs"], [], "https://a.com/docs", true],
  [["a.com/docs"], [], "https://a.com/docsearch", false],
  [["a.com/docs/*"], [], "https://a.com/docs/x", true],
  [["a.com", "b.org"], [], "https://b.org/", true],
  [[], ["a.com"], "https://www.a.com/", false],
  [[], ["a.com"], "https://b.org/", true],
  [[], ["a.com/private"], "https://a.com/public", true],
  [[], [], "no address", false],
])("allowed %j, blocked %j: %s passes: %s", (allowed, blocked, url, through) => {
  expect(allowsUrl({ allowed, blocked }, url)).toBe(through);
});

import { expect, test } from "vitest";
import { checkCredential } from "./auth.ts";
import type { Headers } from "./front.ts";

const TOKEN = "right-token";

function refusalOf(headers: Headers): unknown {
  try {
    checkCredential(headers, TOKEN);
  } catch (error) {
    return error;
  }
  return null;
}

test.each<[name: string, headers: Headers]>([
  ["x-api-key", { "x-api-key": TOKEN }],
  ["bearer", { authorization: `Bearer ${TOKEN}` }],
  ["bearer in lower case", { authorization: `bearer ${TOKEN}` }],
  ["x-api-key beside a junk bearer", { "x-api-key": TOKEN, authorization: "Bearer junk" }],
])("accepts %s", (_name, headers) => {
  expect(() => checkCredential(headers, TOKEN)).not.toThrow();
});

test.each<[name: string, headers: Headers]>([
  ["nothing", {}],
  ["a wrong key", { "x-api-key": "wrong" }],
  ["a wrong key beside the right bearer", { "x-api-key": "wrong", authorization: `Bearer ${TOKEN}` }],
  ["a basic credential", { authorization: `Basic ${TOKEN}` }],
  ["a prefix", { "x-api-key": TOKEN.slice(0, -1) }],
  ["an empty key", { "x-api-key": "" }],
])("refuses %s without showing any secret", (_name, headers) => {
  const refusal = refusalOf(headers);
  expect(refusal).toMatchObject({ name: "ApiError", status: 401, type: "authentication_error" });
  expect(String(refusal)).not.toContain(TOKEN);
});

test("without a token everyone may come in", () => {
  expect(() => checkCredential({}, null)).not.toThrow();
});

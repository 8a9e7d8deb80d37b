import { describe, expect, test } from "vitest";
import { ApiError } from "../messages/api-error.ts";
import { findRoute, pathOf } from "./router.ts";

function refusal(method: string, target: string): ApiError {
  try {
    findRoute(method, target);
  } catch (error) {
    if (error instanceof ApiError) return error;
  }
  throw new Error("was routed");
}

describe("routes", () => {
  test.each([
    ["POST", "/v1/messages", { name: "messages" }],
    ["POST", "/v1/messages?beta=true&x=1", { name: "messages" }],
    ["POST", "/v1/messages/", { name: "messages" }],
    ["POST", "http://host/v1/messages", { name: "messages" }],
    ["POST", "/v1/messages/count_tokens?beta=true", { name: "count-tokens" }],
    ["GET", "/v1/models?limit=1000", { name: "models" }],
    ["GET", "/v1/models/org/name:tag", { name: "model", id: "org/name:tag" }],
    ["GET", "/v1/models/org%2Fname%3Atag", { name: "model", id: "org/name:tag" }],
    ["GET", "/v1/models/%E0%A4%A", { name: "model", id: "%E0%A4%A" }],
    ["HEAD", "/", { name: "hello" }],
    ["HEAD", "/api/hello", { name: "hello" }],
    ["GET", "/health", { name: "health" }],
    ["OPTIONS", "/anything", { name: "options" }],
  ])("%s %s", (method, target, route) => {
    expect(findRoute(method, target)).toEqual(route);
  });

  test.each([
    ["GET", "/v1/messages", "POST"],
    ["DELETE", "/v1/messages/count_tokens", "POST"],
    ["POST", "/v1/models", "GET, HEAD"],
  ])("%s %s is not allowed", (method, target, allow) => {
    expect(refusal(method, target)).toMatchObject({
      status: 405,
      type: "invalid_request_error",
      headers: { allow },
    });
  });

  test.each(["/v1/nope", "/v1/messages/nope", "/v1", "//v1/messages", "/v1/messagesX"])(
    "%s is unknown",
    (target) => {
      expect(refusal("POST", target)).toMatchObject({ status: 404, type: "not_found_error" });
    },
  );
});

test.each([
  ["/a?b#c", "/a"],
  ["http://h:1/a/b?c", "/a/b"],
  ["http://h", "/"],
  ["?x", "/"],
])("path of %s is %s", (target, path) => {
  expect(pathOf(target)).toBe(path);
});

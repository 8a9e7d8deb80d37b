import { expect, test } from "vitest";
import type { UpstreamFailure } from "../upstream/errors.ts";
import { scrub, translateFailure } from "./failure.ts";

const context = { model: "claude-x", inputTokens: 900, contextWindow: 800 };
type Row = [title: string, failure: Partial<UpstreamFailure>, status: number, type: string, message: RegExp];

test.each<Row>([
  [
    "our own key refused is no 401",
    { kind: "auth", status: 401 },
    502,
    "api_error",
    /bridge's own credential/,
  ],
  ["quota", { kind: "billing", status: 402 }, 402, "billing_error", /boom/],
  ["rate", { kind: "rate-limit", status: 429 }, 429, "rate_limit_error", /boom/],
  ["busy", { kind: "overloaded", status: 503 }, 529, "overloaded_error", /boom/],
  ["no such model", { kind: "not-found", status: 404 }, 404, "not_found_error", /^model: claude-x/],
  ["no such route", { kind: "no-route", status: 404 }, 502, "api_error", /base URL/],
  [
    "overflow, counted",
    { kind: "context-overflow", status: 400, tokens: { prompt: 612, limit: 512 } },
    400,
    "invalid_request_error",
    /^prompt is too long: 612 tokens > 512 maximum/,
  ],
  [
    "overflow, estimated",
    { kind: "context-overflow", status: 400 },
    400,
    "invalid_request_error",
    /^prompt is too long: 900 tokens > 800 maximum/,
  ],
  [
    "overflow, the output was too much",
    { kind: "context-overflow", status: 400, tokens: { prompt: 500, limit: 512 } },
    400,
    "invalid_request_error",
    /^prompt is too long: 513 tokens > 512 maximum/,
  ],
  [
    "unsupported",
    { kind: "unsupported", status: 400, feature: "tools" },
    400,
    "invalid_request_error",
    /boom/,
  ],
  [
    "a client's fault told as 500",
    { kind: "bad-request", status: 500 },
    400,
    "invalid_request_error",
    /boom/,
  ],
  ["time", { kind: "timeout", status: 504 }, 504, "timeout_error", /boom/],
  ["unreachable", { kind: "unreachable", status: 0 }, 502, "api_error", /boom/],
  ["garbage with 200", { kind: "garbage", status: 200 }, 502, "api_error", /boom/],
  ["server", { kind: "server", status: 500 }, 502, "api_error", /boom/],
])("%s", (_title, failure, status, type, message) => {
  const error = translateFailure({ status: 500, kind: "server", message: "boom", ...failure }, context);
  expect({ status: error.status, type: error.type, message: error.message }).toEqual({
    status,
    type,
    message: expect.stringMatching(message),
  });
});

test("overflow without any number still says so", () => {
  const failure: UpstreamFailure = { status: 400, kind: "context-overflow", message: "too long" };
  expect(translateFailure(failure, { model: "m" }).message).toBe("prompt is too long: too long");
});

test("retry-after is passed on", () => {
  const failure: UpstreamFailure = { status: 429, kind: "rate-limit", message: "m", retryAfter: "7" };
  expect(translateFailure(failure, context).headers).toEqual({ "retry-after": "7" });
});

test.each(["auth", "no-route"] as const)("%s does not get better by asking again", (kind) => {
  const failure: UpstreamFailure = { status: 404, kind, message: "m" };
  expect(translateFailure(failure, context).headers).toEqual({ "x-should-retry": "false" });
});

test.each([
  ["a known secret", "key CANARY refused", ["CANARY"], "key [redacted] refused"],
  ["a key", "Incorrect API key provided: sk-or-v1-abcdef123.", [], "Incorrect API key provided: [redacted]."],
  ["a bearer token", "got Bearer abc.def=", [], "got [redacted]"],
  ["URL credentials", "http://u:p@host/v1", [], "http://[redacted]@host/v1"],
  ["nothing", "task sk-8 and Bash", [""], "task sk-8 and Bash"],
])("scrub: %s", (_title, text, secrets, scrubbed) => {
  expect(scrub(text, secrets)).toBe(scrubbed);
});

import { expect, test } from "vitest";
import { checkEnvelope } from "./check-envelope.ts";

const body = (type: unknown, message: unknown = "messages: Field required"): string =>
  JSON.stringify({ type: "error", error: { type, message }, request_id: "req_1" });

test.each<[status: number, type: string]>([
  [400, "invalid_request_error"],
  [401, "authentication_error"],
  [402, "billing_error"],
  [403, "permission_error"],
  [404, "not_found_error"],
  [405, "invalid_request_error"],
  [413, "request_too_large"],
  [429, "rate_limit_error"],
  [500, "api_error"],
  [502, "api_error"],
  [504, "timeout_error"],
  [529, "overloaded_error"],
  [410, "invalid_request_error"],
])("%i %s", (status, type) => {
  expect(checkEnvelope(status, "application/json; charset=utf-8", body(type))).toEqual([]);
});

const BAD = "invalid_request_error";

test.each<[name: string, status: number, contentType: string | null, body: string, message: RegExp]>([
  ["a status that is no error", 200, "application/json", body(BAD), /status 200/],
  ["text", 400, "text/plain", body(BAD), /content-type is text\/plain/],
  ["no content type", 400, null, body(BAD), /content-type is absent/],
  ["a type of another status", 400, "application/json", body("api_error"), /api_error with status 400/],
  ["an unknown type", 500, "application/json", body("internal_error"), /unknown error.type "internal_error"/],
  ["no type", 400, "application/json", body(undefined), /unknown error.type/],
  ["no message", 400, "application/json", body(BAD, ""), /message is empty/],
  ["a page as message", 502, "application/json", body("api_error", "<html>"), /not for people/],
  ["an error dumped into the message", 400, "application/json", body(BAD, '{"error":"x"}'), /not for people/],
  [
    "a stack trace",
    500,
    "application/json",
    body("api_error", "boom\n    at run (/app/x.js:1:2)"),
    /not for people/,
  ],
  ["FastAPI", 422, "application/json", '{"detail":[]}', /type is not "error"/],
  ["Ollama", 400, "application/json", '{"error":"model not found"}', /type is not "error"/],
  ["a string as error", 400, "application/json", '{"type":"error","error":"x"}', /no error object/],
  ["no JSON", 404, "application/json", "404 page not found", /not a JSON object/],
  ["nothing", 500, "application/json", "", /not a JSON object/],
])("flags %s", (_name, status, contentType, text, message) => {
  const [finding] = checkEnvelope(status, contentType, text);
  expect(finding).toMatchObject({ rule: "EE", severity: "error", message: expect.stringMatching(message) });
});

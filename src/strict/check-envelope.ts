import type { Finding } from "./finding.ts";
import { ERROR_TYPES } from "./rules-end.ts";
import { isName } from "./rules-message.ts";
import { excerpt, isObject, objectAt, parseObject } from "./stream.ts";

/** Source: https://docs.anthropic.com/en/api/errors */
const TYPE_OF_STATUS = new Map<number, string>([
  [400, "invalid_request_error"],
  [401, "authentication_error"],
  [402, "billing_error"],
  [403, "permission_error"],
  [404, "not_found_error"],
  [405, "invalid_request_error"],
  [413, "request_too_large"],
  [415, "invalid_request_error"],
  [429, "rate_limit_error"],
  [500, "api_error"],
  [502, "api_error"],
  [504, "timeout_error"],
  [529, "overloaded_error"],
]);

/** A stack frame, a page, or another error dumped as JSON: nothing for a person to read. */
const NOT_HUMAN = /^\s*[<{[]|\n\s+at \S+ ?\(|Traceback \(most recent call last\)/;

/**
 * Judges an error answer, under the rule `EE`: JSON, `{type: "error", error: {type, message}}`, a
 * type that belongs to the status, a message for people. Returns what is wrong; never throws.
 *
 * Source: https://docs.anthropic.com/en/api/errors ("Error shapes")
 */
export function checkEnvelope(status: number, contentType: string | null, body: string): Finding[] {
  return envelopeProblems(status, contentType, body).map((message) => ({
    rule: "EE",
    message,
    evidence: excerpt(body),
    severity: "error",
  }));
}

function envelopeProblems(status: number, contentType: string | null, body: string): string[] {
  const problems: string[] = [];
  if (status < 400) problems.push(`status ${status} is no error`);
  if (!/^application\/json\s*(;|$)/i.test(contentType ?? "")) {
    problems.push(`content-type is ${contentType ?? "absent"}, not application/json`);
  }
  const envelope = parseObject(body);
  if (envelope === undefined) return [...problems, "the body is not a JSON object"];
  if (envelope["type"] !== "error") problems.push('type is not "error"');
  if (!isObject(envelope["error"])) return [...problems, "no error object"];
  return [...problems, ...errorProblems(status, objectAt(envelope, "error"))];
}

function errorProblems(status: number, error: Readonly<Record<string, unknown>>): string[] {
  const { type, message } = error;
  const problems: string[] = [];
  const expected = TYPE_OF_STATUS.get(status);
  if (!ERROR_TYPES.has(type)) problems.push(`unknown error.type ${JSON.stringify(type)}`);
  else if (expected !== undefined && type !== expected) {
    problems.push(`error.type ${String(type)} with status ${status}, which means ${expected}`);
  }
  if (!isName(message)) problems.push("error.message is empty");
  else if (NOT_HUMAN.test(message)) problems.push("error.message is not for people");
  return problems;
}

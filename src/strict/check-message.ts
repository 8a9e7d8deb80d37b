import type { Finding } from "./finding.ts";
import { isStopReason, isToolId, stopFault } from "./rules-end.ts";
import { isName } from "./rules-message.ts";
import { excerpt, isCount, isObject, type Json, objectAt } from "./stream.ts";

type Problem = [message: string, evidence: unknown];

/**
 * Judges a parsed answer that was not streamed: the counterpart of SC4 and SC9 to SC14, all under
 * the rule `MC`. Returns what is wrong; never throws.
 *
 * Source: https://docs.anthropic.com/en/api/messages
 */
export function checkMessage(body: unknown): Finding[] {
  const problems: Problem[] = isObject(body) ? messageProblems(body) : [["not a JSON object", body]];
  return problems.map(([message, evidence]) => ({
    rule: "MC",
    message,
    evidence: excerpt(JSON.stringify(evidence) ?? ""),
    severity: "error",
  }));
}

function messageProblems(body: Json): Problem[] {
  const usage = objectAt(body, "usage");
  const { content } = body;
  const checks: [boolean, string][] = [
    [isName(body["id"]), "id is not a non-empty string"],
    [body["type"] === "message", 'type is not "message"'],
    [body["role"] === "assistant", 'role is not "assistant"'],
    [isName(body["model"]), "model is not a non-empty string"],
    [Array.isArray(content), "content is not a list"],
    [isStopReason(body["stop_reason"]), `stop_reason is ${JSON.stringify(body["stop_reason"])}`],
    ["stop_sequence" in body, "no stop_sequence key"],
    [isCount(usage["input_tokens"]), "usage.input_tokens is not an integer"],
    [isCount(usage["output_tokens"]), "usage.output_tokens is not an integer"],
  ];
  const shape = checks.filter(([holds]) => !holds).map(([, message]): Problem => [message, body]);
  const blocks: Json[] = Array.isArray(content)
    ? content.map((block: unknown) => (isObject(block) ? block : {}))
    : [];
  return [...shape, ...blocks.flatMap(blockProblems), ...agreementProblems(body, blocks)];
}

function blockProblems(block: Json): Problem[] {
  switch (block["type"]) {
    case "text":
      return isName(block["text"]) ? [] : [["a text block without text", block]];
    case "thinking": {
      if (typeof block["thinking"] !== "string") return [["a thinking block without thinking", block]];
      return isName(block["signature"]) ? [] : [["a thinking block without a signature", block]];
    }
    case "tool_use":
    case "server_tool_use": {
      if (!isName(block["id"])) return [["a tool call without an id", block]];
      if (!isToolId(block["id"])) return [["a tool id that is not well-formed", block]];
      if (!isName(block["name"])) return [["a tool call without a name", block]];
      return isObject(block["input"]) ? [] : [["a tool input that is not an object", block]];
    }
    default:
      return isName(block["type"]) ? [] : [["a block without a type", block]];
  }
}

function agreementProblems(body: Json, blocks: Json[]): Problem[] {
  const ids = blocks
    .filter(({ type }) => type === "tool_use" || type === "server_tool_use")
    .map(({ id }) => id);
  const repeated = ids.find((id, position) => ids.indexOf(id) < position);
  const problems: Problem[] =
    repeated === undefined ? [] : [[`tool id ${JSON.stringify(repeated)} is used twice`, blocks]];
  const hasCall = blocks.some(({ type }) => type === "tool_use");
  const reason = body["stop_reason"];
  // A cut call looks like a whole one here, so only the plainly wrong reasons are faults.
  const problem =
    isStopReason(reason) && reason !== "model_context_window_exceeded"
      ? stopFault(reason, hasCall, hasCall)
      : undefined;
  return problem === undefined ? problems : [...problems, [problem, body]];
}

import { parseJson, sliceJson } from "../../wire/json.ts";
import type { CallDelta, UpstreamDelta, UpstreamUsage } from "../delta.ts";
import { readErrorObject } from "../error-text.ts";
import { excerptOf } from "../excerpt.ts";
import { asArray, asCount, asObject, asText, type JsonObject } from "../read.ts";
import { readReasoning } from "../reasoning.ts";

/**
 * One line of `/api/chat` (or its whole body when not streamed) as deltas. A line may hold text and
 * calls at once: the text goes first. Arguments are the bytes of the line, so key order and big
 * numbers are as the model wrote them.
 */
export function readLine(line: string): UpstreamDelta[] {
  const json = tryParseObject(line);
  if (json === undefined) return [{ kind: "garbage", excerpt: excerptOf(line) }];
  const error = readErrorObject(json);
  if (error !== undefined) return [{ kind: "error", ...error }];
  const message = asObject(json["message"]);
  if (message === undefined && json["done"] === undefined)
    return [{ kind: "garbage", excerpt: excerptOf(line) }];
  const deltas: UpstreamDelta[] = message === undefined ? [] : readMessage(message, line);
  if (json["done"] === true) deltas.push(...readEnd(json));
  return deltas;
}

function readMessage(message: JsonObject, line: string): UpstreamDelta[] {
  const deltas: UpstreamDelta[] = [];
  const reasoning = readReasoning(message);
  const content = asText(message["content"]);
  if (reasoning !== undefined) deltas.push({ kind: "reasoning", text: reasoning });
  if (content !== undefined) deltas.push({ kind: "text", text: content });
  asArray(message["tool_calls"]).forEach((entry, n) => {
    const call = asObject(entry);
    if (call !== undefined) deltas.push(readCall(call, line, n));
  });
  return deltas;
}

function readCall(call: JsonObject, line: string, n: number): CallDelta {
  const called = asObject(call["function"]);
  const delta: CallDelta = { kind: "call", whole: true };
  const id = asText(call["id"]);
  const name = asText(called?.["name"]);
  if (id !== undefined) delta.id = id;
  if (name !== undefined) delta.name = name;
  const value = called?.["arguments"];
  if (typeof value === "string") delta.arguments = value;
  else if (value !== undefined && value !== null) {
    const raw = sliceJson(line, ["message", "tool_calls", n, "function", "arguments"]);
    if (raw !== undefined) delta.arguments = raw;
  }
  return delta;
}

/** `done:true` is the only success; without a reason it is an ordinary stop. */
function readEnd(json: JsonObject): UpstreamDelta[] {
  const usage: UpstreamUsage = {};
  const promptTokens = asCount(json["prompt_eval_count"]);
  const completionTokens = asCount(json["eval_count"]);
  if (promptTokens !== undefined) usage.promptTokens = promptTokens;
  if (completionTokens !== undefined) usage.completionTokens = completionTokens;
  const end: UpstreamDelta[] = Object.keys(usage).length === 0 ? [] : [{ kind: "usage", usage }];
  end.push({ kind: "finish", reason: asText(json["done_reason"]) ?? "stop" }, { kind: "done" });
  return end;
}

function tryParseObject(text: string): JsonObject | undefined {
  try {
    return asObject(parseJson(text));
  } catch {
    return undefined;
  }
}

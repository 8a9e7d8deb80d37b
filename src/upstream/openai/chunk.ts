import { sliceJson } from "../../wire/json.ts";
import type { CallDelta, UpstreamDelta } from "../delta.ts";
import { readErrorObject } from "../error-text.ts";
import { asArray, asObject, asText, type JsonObject } from "../read.ts";
import { readReasoning } from "../reasoning.ts";
import { readUsage } from "./usage.ts";

/**
 * One `chat.completion.chunk`, or a whole `chat.completion`, as deltas: reasoning, text, calls,
 * usage, finish, in this order. Only the first choice counts. `json` is the parsed form of `text`.
 */
export function readChunk(json: JsonObject, text: string): UpstreamDelta[] {
  const deltas: UpstreamDelta[] = [];
  const choices = asArray(json["choices"]);
  const position = choices.findIndex((entry) => (asObject(entry)?.["index"] ?? 0) === 0);
  const choice = asObject(choices[position]);
  if (choice !== undefined) {
    const key = asObject(choice["delta"]) === undefined ? "message" : "delta";
    const message = asObject(choice[key]);
    if (message !== undefined)
      readMessage(message, text, ["choices", position, key], key === "message", deltas);
    const plain = asText(choice["text"]);
    if (message === undefined && plain !== undefined) deltas.push({ kind: "text", text: plain });
  }
  const usage = readUsage(json, choice);
  if (usage !== undefined) deltas.push({ kind: "usage", usage });
  const error = readErrorObject(json) ?? (choice === undefined ? undefined : readErrorObject(choice));
  if (error !== undefined) deltas.push({ kind: "error", ...error });
  const finish = asText(choice?.["finish_reason"]);
  if (finish !== undefined) deltas.push({ kind: "finish", reason: finish });
  return deltas;
}

function readMessage(
  message: JsonObject,
  text: string,
  path: (string | number)[],
  whole: boolean,
  deltas: UpstreamDelta[],
): void {
  const reasoning = readReasoning(message);
  if (reasoning !== undefined) deltas.push({ kind: "reasoning", text: reasoning });
  readContent(message["content"], deltas);
  const refusal = asText(message["refusal"]);
  if (refusal !== undefined) deltas.push({ kind: "refusal", text: refusal });
  const calls = asArray(message["tool_calls"]);
  calls.forEach((entry, n) => {
    const call = asObject(entry);
    if (call !== undefined) deltas.push(readCall(call, text, [...path, "tool_calls", n, "function"], whole));
  });
  const legacy = asObject(message["function_call"]);
  if (calls.length === 0 && legacy !== undefined) {
    deltas.push(readCall({ function: legacy }, text, [...path, "function_call"], whole));
  }
}

/** A string, null, or a list of parts. */
function readContent(content: unknown, deltas: UpstreamDelta[]): void {
  const plain = asText(content);
  if (plain !== undefined) deltas.push({ kind: "text", text: plain });
  for (const entry of asArray(content)) {
    const part = asObject(entry);
    const refusal = asText(part?.["refusal"]);
    const text = asText(part?.["text"]) ?? (typeof entry === "string" ? asText(entry) : undefined);
    if (refusal !== undefined) deltas.push({ kind: "refusal", text: refusal });
    else if (part?.["type"] === "thinking") pushThinkingPart(part["thinking"], deltas);
    else if (text !== undefined) deltas.push({ kind: "text", text });
  }
}

/** Mistral's thinking part: a string, or again a list of text parts. */
function pushThinkingPart(thinking: unknown, deltas: UpstreamDelta[]): void {
  const nested = asArray(thinking).map((entry) => asText(asObject(entry)?.["text"]) ?? "");
  const text = asText(thinking) ?? asText(nested.join(""));
  if (text !== undefined) deltas.push({ kind: "reasoning", text });
}

function readCall(call: JsonObject, text: string, path: (string | number)[], whole: boolean): CallDelta {
  const delta: CallDelta = { kind: "call" };
  const called = asObject(call["function"]);
  const id = asText(call["id"]);
  const name = asText(called?.["name"]);
  if (typeof call["index"] === "number") delta.index = call["index"];
  if (id !== undefined) delta.id = id;
  if (name !== undefined) delta.name = name;
  if (whole) delta.whole = true;
  const argumentsValue = called?.["arguments"];
  if (typeof argumentsValue === "string") delta.arguments = argumentsValue;
  else if (argumentsValue !== undefined && argumentsValue !== null) {
    const raw = sliceJson(text, [...path, "arguments"]);
    if (raw !== undefined) delta.arguments = raw;
  }
  return delta;
}

import { exactJsonOf } from "../json.ts";
import { NdjsonDecoder } from "../../wire/ndjson.ts";
import { stringifyJson } from "../../wire/json.ts";
import { isRecord, listOf, recordOf } from "../path.ts";
import { callOf, type Said } from "./said.ts";

/** What can be read of an answer's bytes, and how far it got. */
export interface Reading {
  said: Said;
  /** The server said that the answer is finished. */
  finished: boolean;
  /** An error that it reported in the middle. */
  error: string | null;
  /** A whole line or frame that is no part of the dialect. */
  garbage: string | null;
  /** The same at the very end, where it may be the beginning of something. */
  tail: string | null;
}

/**
 * An answer of `/api/chat`, streamed or not, read for the judge alone: whoever translates it reads it with
 * other code. Source: https://github.com/ollama/ollama/blob/main/docs/api.md
 */
export function readOllama(bytes: Uint8Array): Reading {
  const decoder = new NdjsonDecoder();
  const lines = decoder.push(bytes);
  const tail = decoder.end();
  const parts = [...lines, ...tail].map(exactJsonOf).filter(isRecord);
  const messages = parts.map(({ message }) => recordOf(message));
  const last = parts.findLast(({ done }) => done === true);
  return {
    said: {
      text: join(messages, "content"),
      thinking: join(messages, "thinking"),
      calls: messages.flatMap(({ tool_calls }) => listOf(tool_calls).map(ollamaCall)),
      finish: textOf(last?.["done_reason"]),
    },
    finished: last !== undefined,
    error: textOf(parts.find(({ error }) => error !== undefined)?.["error"]),
    garbage: firstBad(lines),
    tail: firstBad(tail),
  };
}

function ollamaCall(call: unknown): Said["calls"][number] {
  const { name, arguments: input } = recordOf(recordOf(call)["function"]);
  return callOf(textOf(name) ?? "", typeof input === "string" ? input : (stringifyJson(input ?? {}) ?? ""));
}

/** The first of them that is no JSON object. */
export function firstBad(texts: readonly string[]): string | null {
  return texts.find((text) => !isRecord(exactJsonOf(text))) ?? null;
}

export function join(parts: readonly Record<string, unknown>[], key: string): string {
  return parts.map((part) => (typeof part[key] === "string" ? part[key] : "")).join("");
}

export function textOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === "string" ? value : (stringifyJson(value) ?? null);
}

import { parseJson } from "../../wire/json.ts";
import type { UpstreamDelta } from "../delta.ts";
import { readErrorObject } from "../error-text.ts";
import { excerptOf } from "../excerpt.ts";
import { asArray, asObject, type JsonObject } from "../read.ts";
import { readChunk } from "./chunk.ts";

/** A body that is one `chat.completion`, as the same deltas a stream would have given. */
export function decodeOpenAiJson(body: string): UpstreamDelta[] {
  return readWhole(body);
}

export function readWhole(text: string): UpstreamDelta[] {
  const json = tryParseObject(text);
  if (json === undefined) return [{ kind: "garbage", excerpt: excerptOf(text) }];
  if (asArray(json["choices"]).length > 0) return [...readChunk(json, text), { kind: "done" }];
  const error = readErrorObject(json);
  return error === undefined
    ? [{ kind: "garbage", excerpt: excerptOf(text) }]
    : [{ kind: "error", ...error }];
}

function tryParseObject(text: string): JsonObject | undefined {
  try {
    return asObject(parseJson(text));
  } catch {
    return undefined;
  }
}

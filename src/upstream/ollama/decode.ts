import { NdjsonDecoder } from "../../wire/ndjson.ts";
import type { UpstreamDecoder, UpstreamDelta } from "../delta.ts";
import { readLine } from "./line.ts";

/** Decoder of a streamed `/api/chat` answer; a body that is one JSON object decodes the same way. */
export function createOllamaDecoder(): UpstreamDecoder {
  const lines = new NdjsonDecoder();
  return {
    push: (bytes: Uint8Array): UpstreamDelta[] => lines.push(bytes).flatMap(readLine),
    end: (): UpstreamDelta[] => lines.end().flatMap(readLine),
  };
}

import { NdjsonDecoder } from "../../wire/ndjson.ts";
import type { UpstreamDecoder, UpstreamDelta } from "../delta.ts";
import { LineTemplate } from "../line-template.ts";
import { readLine } from "./line.ts";

/** Decoder of a streamed `/api/chat` answer; a body that is one JSON object decodes the same way. */
export function createOllamaDecoder(): UpstreamDecoder {
  const lines = new NdjsonDecoder();
  const template = new LineTemplate(readLine, '"created_at":"');
  const readAll = (texts: readonly string[]): UpstreamDelta[] => {
    const deltas: UpstreamDelta[] = [];
    for (const text of texts) {
      const quick = template.match(text);
      if (quick !== null) deltas.push(quick);
      else deltas.push(...readAndLearn(text));
    }
    return deltas;
  };
  const readAndLearn = (text: string): UpstreamDelta[] => {
    const deltas = readLine(text);
    template.learn(text, deltas);
    return deltas;
  };
  return { push: (bytes) => readAll(lines.push(bytes)), end: () => readAll(lines.end()) };
}

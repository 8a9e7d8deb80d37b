import { NdjsonDecoder } from "../../wire/ndjson.ts";
import type { UpstreamDecoder, UpstreamDelta } from "../delta.ts";
import { LineTemplate } from "../line-template.ts";
import { readLine } from "./line.ts";

/** Decoder of a streamed `/api/chat` answer; a body that is one JSON object decodes the same way. */
export function createOllamaDecoder(): UpstreamDecoder {
  return new OllamaDecoder();
}

class OllamaDecoder implements UpstreamDecoder {
  readonly #lines = new NdjsonDecoder();
  readonly #template = new LineTemplate(readLine, { before: "", after: "\n", free: '"created_at":"' });

  push(bytes: Uint8Array): UpstreamDelta[] {
    const deltas: UpstreamDelta[] = [];
    for (const text of this.#lines.pushWhole(bytes)) this.#readAll(text, deltas);
    return deltas;
  }

  end(): UpstreamDelta[] {
    return this.#lines.end().flatMap(readLine);
  }

  #readAll(text: string, deltas: UpstreamDelta[]): void {
    for (let at = 0; at < text.length;) {
      const quick = this.#template.match(text, at);
      if (quick === null) at = this.#readLine(text, at, deltas);
      else {
        deltas.push(quick);
        at = this.#template.end;
      }
    }
  }

  /** Reads the line at this offset in full, and gives the offset of the next. */
  #readLine(text: string, at: number, deltas: UpstreamDelta[]): number {
    const end = text.indexOf("\n", at);
    const line = text.slice(at, end).trim();
    if (line !== "") {
      const read = readLine(line);
      this.#template.learn(line, read);
      deltas.push(...read);
    }
    return end + 1;
  }
}

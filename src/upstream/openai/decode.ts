import { parseJson } from "../../wire/json.ts";
import { LineDecoder } from "../../wire/lines.ts";
import type { UpstreamDecoder, UpstreamDelta } from "../delta.ts";
import { readErrorObject } from "../error-text.ts";
import { excerptOf } from "../excerpt.ts";
import { asObject } from "../read.ts";
import { readChunk } from "./chunk.ts";
import { readWhole } from "./decode-json.ts";

/**
 * Decoder of a streamed chat completion. Besides proper server-sent events it understands what
 * servers send in their place: `data:` lines with no blank line between them, an error as a bare JSON
 * line, a whole JSON body. Anything else is one `garbage` delta.
 */
export function createOpenAiDecoder(): UpstreamDecoder {
  return new OpenAiDecoder();
}

class OpenAiDecoder implements UpstreamDecoder {
  readonly #lines = new LineDecoder();
  #event = "";
  #data: string[] = [];
  /** Lines that belong to no event stream. */
  #stray: string[] = [];

  push(bytes: Uint8Array): UpstreamDelta[] {
    return this.#lines.push(bytes).flatMap((line) => this.#line(line));
  }

  end(): UpstreamDelta[] {
    const deltas = this.#lines.end().flatMap((line) => this.#line(line));
    return [...deltas, ...this.#dispatch(), ...this.#readStray()];
  }

  #line(line: string): UpstreamDelta[] {
    if (line === "") return this.#dispatch();
    const [, name, value = ""] = /^(data|event|id|retry)(?::[ ]?(.*))?$/s.exec(line) ?? [];
    if (name === undefined) return line.startsWith(":") ? [] : this.#strayLine(line);
    if (name === "event") this.#event = value;
    if (name !== "data") return [];
    const before = this.#data.length > 0 && isComplete(this.#data.join("\n")) ? this.#dispatch() : [];
    this.#data.push(value);
    return before;
  }

  #dispatch(): UpstreamDelta[] {
    const data = this.#data.join("\n");
    const event = this.#event;
    this.#event = "";
    this.#data = [];
    if (data.trim() === "") return [];
    if (data.trim() === "[DONE]") return [{ kind: "done" }];
    return readData(data, event);
  }

  /** An error as a bare JSON line is known at once, anything else only at the end. */
  #strayLine(line: string): UpstreamDelta[] {
    const error = line.trimStart().startsWith("{") ? readErrorObject(tryParse(line)) : undefined;
    if (error !== undefined) return [{ kind: "error", ...error }];
    this.#stray.push(line);
    return [];
  }

  #readStray(): UpstreamDelta[] {
    const text = this.#stray.join("\n").trim();
    this.#stray = [];
    return text === "" ? [] : readWhole(text);
  }
}

function readData(data: string, event: string): UpstreamDelta[] {
  const json = asObject(tryParse(data));
  if (json === undefined) {
    return event === "error"
      ? [{ kind: "error", message: data }]
      : [{ kind: "garbage", excerpt: excerptOf(data) }];
  }
  if (event !== "error") return readChunk(json, data);
  return [
    { kind: "error", ...(readErrorObject(json) ?? readErrorObject({ error: json }) ?? { message: data }) },
  ];
}

function isComplete(data: string): boolean {
  return data.trim() === "[DONE]" || tryParse(data) !== undefined;
}

function tryParse(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

import { parseJson } from "../../wire/json.ts";
import { LineDecoder } from "../../wire/lines.ts";
import type { UpstreamDecoder, UpstreamDelta } from "../delta.ts";
import { LineTemplate } from "../line-template.ts";
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
  readonly #template = new LineTemplate((data) => readData(data, ""), { before: "data: ", after: "\n\n" });
  #event = "";
  #data: string[] = [];
  /** Lines that belong to no event stream. */
  #stray: string[] = [];

  push(bytes: Uint8Array): UpstreamDelta[] {
    const deltas: UpstreamDelta[] = [];
    for (const text of this.#lines.pushWhole(bytes)) this.#readAll(text, deltas);
    return deltas;
  }

  end(): UpstreamDelta[] {
    const deltas: UpstreamDelta[] = [];
    for (const line of this.#lines.end()) this.#line(line, deltas);
    this.#dispatch(deltas);
    return [...deltas, ...this.#readStray()];
  }

  #readAll(text: string, deltas: UpstreamDelta[]): void {
    for (let at = 0; at < text.length;) {
      const isBetweenFrames = this.#data.length === 0 && this.#event === "";
      const quick = isBetweenFrames ? this.#template.match(text, at) : null;
      if (quick === null) {
        const end = text.indexOf("\n", at);
        this.#line(text.slice(at, end), deltas);
        at = end + 1;
      } else {
        deltas.push(quick);
        at = this.#template.end;
      }
    }
  }

  #line(line: string, deltas: UpstreamDelta[]): void {
    if (line === "") return this.#dispatch(deltas);
    const [, name, value = ""] = /^(data|event|id|retry)(?::[ ]?(.*))?$/s.exec(line) ?? [];
    if (name === "data") this.#dataLine(value, deltas);
    else if (name === "event") this.#event = value;
    else if (name === undefined && !line.startsWith(":")) deltas.push(...this.#strayLine(line));
  }

  #dataLine(value: string, deltas: UpstreamDelta[]): void {
    if (this.#data.length > 0 && isComplete(this.#data.join("\n"))) this.#dispatch(deltas);
    this.#data.push(value);
  }

  #dispatch(deltas: UpstreamDelta[]): void {
    const event = this.#event;
    const data = this.#data.join("\n");
    this.#event = "";
    this.#data = [];
    if (data.trim() === "") return;
    if (data.trim() === "[DONE]") return void deltas.push({ kind: "done" });
    const read = readData(data, event);
    if (event !== "error") this.#template.learn(data, read);
    deltas.push(...read);
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

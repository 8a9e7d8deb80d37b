import { stringifyJson } from "../../wire/json.ts";
import type { Exchange } from "../exchange.ts";
import { excerpt, isRecord, listOf, recordOf } from "../path.ts";
import { join } from "./read-ollama.ts";
import { callOf, type Said } from "./said.ts";

/** What a client was told. */
export type FrontOutcome =
  | { kind: "answer"; said: Said }
  /** As a status or as the end of a stream. */
  | { kind: "error"; status: number; message: string }
  /** Neither: no status, or nothing that is an answer. */
  | { kind: "none"; how: string };

export function readFront({ answer, response, json, text }: Exchange): FrontOutcome {
  const { status, end } = response;
  if (status === 0) return { kind: "none", how: end === "complete" ? "no answer" : end.error };
  const error = answer?.error ?? (status >= 400 ? recordOf(recordOf(json)["error"]) : null);
  if (error !== null) {
    const message = error["message"];
    return { kind: "error", status, message: excerpt(typeof message === "string" ? message : text, 300) };
  }
  if (answer === null) return { kind: "none", how: `status ${status} and no answer` };
  return { kind: "answer", said: saidIn(answer.message) };
}

function saidIn(message: Record<string, unknown>): Said {
  const blocks = listOf(message["content"]).filter(isRecord);
  const stop = message["stop_reason"];
  return {
    text: join(blocks, "text"),
    thinking: join(blocks, "thinking"),
    calls: blocks
      .filter(({ type }) => type === "tool_use")
      .map(({ name, input }) => callOf(String(name), stringifyJson(input) ?? "")),
    finish: typeof stop === "string" ? stop : null,
  };
}

import { exactJsonOf } from "../json.ts";
import { SseDecoder } from "../../wire/sse.ts";
import { isRecord, listOf, recordOf } from "../path.ts";
import { firstBad, join, textOf, type Reading } from "./read-ollama.ts";
import { callOf, type SaidCall } from "./said.ts";

/**
 * An answer of `/chat/completions`, streamed or not, read for the judge alone.
 * Source: https://platform.openai.com/docs/api-reference/chat-streaming
 */
export function readOpenAi(bytes: Uint8Array): Reading {
  const text = new TextDecoder().decode(bytes);
  const { frames, tail } = text.trimStart().startsWith("{") ? { frames: [], tail: [text] } : framesOf(bytes);
  const parts = [...frames, ...tail].map(exactJsonOf).filter(isRecord);
  const choices = parts.flatMap(({ choices: all }) => listOf(all).slice(0, 1).map(recordOf));
  const deltas = choices.map(({ delta, message }) => recordOf(delta ?? message));
  const finish = choices.map(({ finish_reason }) => textOf(finish_reason)).findLast((one) => one !== null);
  return {
    said: {
      text: join(deltas, "content") + join(deltas, "refusal"),
      thinking: join(deltas, "reasoning_content") || join(deltas, "reasoning"),
      calls: callsOf(deltas.flatMap(({ tool_calls }) => listOf(tool_calls).map(recordOf))),
      finish: finish ?? null,
    },
    finished: finish !== undefined,
    error: errorOf(parts),
    garbage: firstBad(frames),
    tail: parts.length === 0 ? text : firstBad(tail),
  };
}

/** The data of the frames; the last one may be the beginning of one. */
function framesOf(bytes: Uint8Array): { frames: string[]; tail: string[] } {
  const decoder = new SseDecoder();
  const [frames, tail] = [decoder.push(bytes), decoder.end()].map((all) =>
    all.map(({ data }) => data).filter((data) => data.trim() !== "[DONE]"),
  );
  return { frames: frames ?? [], tail: tail ?? [] };
}

function errorOf(parts: readonly Record<string, unknown>[]): string | null {
  const error = parts.find((part) => part["error"] != null)?.["error"];
  return textOf(recordOf(error)["message"] ?? error);
}

/** A piece belongs to the call of its number; one without a number to the last call, or it starts one. */
function callsOf(pieces: readonly Record<string, unknown>[]): SaidCall[] {
  const calls: { key: unknown; name: string; raw: string }[] = [];
  for (const { index, id, function: called } of pieces) {
    const { name, arguments: text } = recordOf(called);
    const known = index === undefined ? undefined : calls.findLast(({ key }) => key === index);
    const last =
      known ?? (index === undefined && name === undefined && id == null ? calls.at(-1) : undefined);
    const call = last ?? { key: index, name: "", raw: "" };
    if (last === undefined) calls.push(call);
    if (call.name === "") call.name = textOf(name) ?? "";
    call.raw += textOf(text) ?? "";
  }
  return calls.map(({ name, raw }) => callOf(name, raw));
}

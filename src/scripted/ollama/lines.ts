import { type Clock, rfc3339 } from "../clock.ts";
import type { Engine, Line } from "../engine/engine.ts";
import { goJson } from "../go-json.ts";
import type { Ids } from "../ids.ts";

/** A call with the id and the index that the server gives it. */
export interface NumberedCall {
  id: string;
  index: number;
  name: string;
  arguments: unknown;
}

/** Gives every call of one answer its id and its index, from 0 over the whole turn. */
export function createNumbering(engine: Engine, ids: Ids): (line: Line) => NumberedCall[] {
  const { prefix, length, alphabet } = engine.callId;
  let index = 0;
  return (line) =>
    line.calls.map((call) => ({ id: prefix + ids.text(length, alphabet), index: index++, ...call }));
}

/** The tail of the last line. Durations in nanoseconds. */
export interface Metrics {
  total_duration: number;
  load_duration: number;
  prompt_eval_count: number;
  prompt_eval_duration: number;
  eval_count: number;
  eval_duration: number;
}

export type End = { reason: string; metrics: Metrics | null } | null;

/** One JSON object of `/api/chat`, without a newline. Key order as observed. */
export function chatObject(
  model: string,
  clock: Clock,
  line: Pick<Line, "content" | "thinking">,
  calls: readonly NumberedCall[],
  end: End,
): string {
  return goJson({
    model,
    created_at: rfc3339(clock.now()),
    message: {
      role: "assistant",
      content: line.content,
      thinking: line.thinking === "" ? undefined : line.thinking,
      tool_calls: calls.length === 0 ? undefined : calls.map(callObject),
    },
    done: end !== null,
    done_reason: end?.reason,
    ...end?.metrics,
  });
}

function callObject({ id, index, name, arguments: args }: NumberedCall): unknown {
  return { id, function: { index, name, arguments: args } };
}

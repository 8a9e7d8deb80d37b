import type { Exchange } from "./exchange.ts";
import { exactJsonOf } from "./json.ts";
import { isRecord, listOf, recordOf, show } from "./path.ts";

/** One call for a tool in a session of the real client, and what the client made of it. */
export interface ToolUse {
  /** Of the exchange whose answer held it, from 0. */
  turn: number;
  id: unknown;
  name: string;
  input: Record<string, unknown>;
  /** What a later request said of it; null: none did. */
  result: { text: string; isError: boolean } | null;
}

/** All calls in the answers of a session, in their order, each once. */
export function toolUses(exchanges: readonly Exchange[]): ToolUse[] {
  const results = new Map(exchanges.flatMap(({ request }) => resultsIn(exactJsonOf(request.body))));
  const uses = exchanges.flatMap(({ answer }, turn) =>
    listOf(answer?.message["content"])
      .filter(isRecord)
      .filter(({ type }) => type === "tool_use")
      .map(({ id, name, input }): ToolUse => {
        return { turn, id, name: String(name), input: recordOf(input), result: results.get(id) ?? null };
      }),
  );
  return uses.filter(({ id }, index) => uses.findIndex((other) => other.id === id) === index);
}

function resultsIn(body: unknown): [id: unknown, result: NonNullable<ToolUse["result"]>][] {
  return listOf(recordOf(body)["messages"]).flatMap((message) =>
    listOf(recordOf(message)["content"])
      .filter(isRecord)
      .filter(({ type }) => type === "tool_result")
      .map(({ tool_use_id: id, content, is_error }): [unknown, NonNullable<ToolUse["result"]>] => [
        id,
        { text: textOf(content), isError: is_error === true },
      ]),
  );
}

function textOf(content: unknown): string {
  if (!Array.isArray(content)) return content === undefined ? "" : show(content);
  return content
    .filter(isRecord)
    .map(({ text }) => (typeof text === "string" ? text : ""))
    .join("\n");
}

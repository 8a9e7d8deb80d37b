import { listOf, recordOf, show } from "../path.ts";
import { finding, rule, type RuleSet } from "./rule.ts";

/** Rules over the tools that a server runs itself. */
export const SERVER_TOOL_RULES: RuleSet = {
  /**
   * So many server calls, each with an id of its own kind and followed at once by its result. The
   * result bears the id of the call and the name of the tool.
   */
  "answer.server-calls": rule<number>({ type: "integer" }, ({ exchange }, wanted) => {
    const blocks = listOf(exchange.answer?.message["content"]).map(recordOf);
    const calls = blocks.flatMap((block, index) => (block["type"] === "server_tool_use" ? [index] : []));
    if (calls.length !== wanted)
      return [finding(`there are ${calls.length} server calls, not ${wanted}`, exchange.text)];
    return calls.flatMap((index) => {
      const [call, result] = [recordOf(blocks[index]), recordOf(blocks[index + 1])];
      const wrong = pairFault(call, result);
      return wrong === null ? [] : [finding(wrong, show([call, result]))];
    });
  }),

  /** In a stream, a ping stands right before the start of each block of this type: the client was not left in silence. */
  "stream.ping-before": rule<string>({ type: "string" }, ({ exchange }, type) => {
    if (!exchange.streamed) return [];
    const starts = exchange.events.flatMap(({ data }, index) =>
      recordOf(data["content_block"])["type"] === type ? [index] : [],
    );
    const silent = starts.some((index) => exchange.events[index - 1]?.data["type"] !== "ping");
    if (starts.length > 0 && !silent) return [];
    return [finding(`no ping came before ${type}`, exchange.text)];
  }),
};

function pairFault(call: Record<string, unknown>, result: Record<string, unknown>): string | null {
  const id = show(call["id"] ?? "");
  if (!/^srvtoolu_[a-zA-Z0-9_]+$/.test(id)) return `the id of a server call is ${id}`;
  const type = `${show(call["name"] ?? "")}_tool_result`;
  if (result["type"] !== type) return `a server call is not followed by a ${type}`;
  return result["tool_use_id"] === id ? null : "a result names another call";
}

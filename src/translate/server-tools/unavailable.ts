import type { ContentBlock, Message, MessageEvent, MessagesRequest } from "../../messages/types.ts";
import { stringifyJson } from "../../wire/json.ts";
import { emptyAnswer } from "../answer/empty-answer.ts";
import type { IdSource } from "../context.ts";
import { estimateText, estimateTokens } from "../estimate.ts";
import { failed, resultBlock } from "./outcome.ts";
import type { ServerTool } from "./server-tool.ts";

/** Characters of the user's words that are shown as the query of a search that could not be made. */
const MAX_QUERY = 400;

/**
 * The answer to a request that can only be for the web, when the bridge has no way there: the call
 * that would have been made, its result `unavailable`, and `why` in words. The model is not asked: it
 * would make results up.
 */
export function unavailableAnswer(
  request: MessagesRequest,
  tool: Pick<ServerTool, "name">,
  why: string,
  ids: IdSource,
): MessageEvent[] {
  const id = `srv${ids.toolUse()}`;
  const query = lastWords(request.messages).slice(0, MAX_QUERY);
  const input = stringifyJson(tool.name === "web_search" ? { query } : { url: query });
  const message = emptyAnswer(ids.message(), { model: request.model, inputTokens: estimateTokens(request) });
  const { usage } = message;
  return [
    { type: "message_start", message },
    {
      type: "content_block_start",
      index: 0,
      content_block: { type: "server_tool_use", id, name: tool.name, input: {}, caller: { type: "direct" } },
    },
    { type: "content_block_delta", index: 0, delta: { type: "input_json_delta", partial_json: input } },
    { type: "content_block_stop", index: 0 },
    {
      type: "content_block_start",
      index: 1,
      content_block: resultBlock(tool.name, id, failed("unavailable", why)),
    },
    { type: "content_block_stop", index: 1 },
    { type: "content_block_start", index: 2, content_block: { type: "text", text: "", citations: null } },
    { type: "content_block_delta", index: 2, delta: { type: "text_delta", text: why } },
    { type: "content_block_stop", index: 2 },
    {
      type: "message_delta",
      delta: { stop_reason: "end_turn", stop_sequence: null, stop_details: null, container: null },
      context_management: request["context_management"] == null ? null : { applied_edits: [] },
      usage: {
        ...usage,
        output_tokens: estimateText(input) + estimateText(why),
        server_tool_use: { web_search_requests: 0, web_fetch_requests: 0 },
      },
    },
    { type: "message_stop" },
  ];
}

/** The last text of the user, on one line. */
function lastWords(messages: readonly Message[]): string {
  const text = messages.findLast(({ role }) => role === "user")?.content ?? "";
  const words = typeof text === "string" ? text : text.map(textOf).join(" ");
  return words.replace(/\s+/g, " ").trim();
}

function textOf(block: ContentBlock): string {
  return block.type === "text" ? block.text : "";
}

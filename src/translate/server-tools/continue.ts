import type { AnswerBlock, ContentBlock, MessagesRequest } from "../../messages/types.ts";
import { type Outcome, resultText } from "./outcome.ts";
import type { ServerCall } from "./merge.ts";

/** What one step of an answer said, and what came of its server calls. */
export interface Step {
  /** The step's own blocks, with `tool_use` for every call. */
  content: readonly AnswerBlock[];
  results: readonly { call: ServerCall; outcome: Outcome }[];
  outputTokens: number;
}

/**
 * The request of the next step: the conversation, what the model said, and the results of its calls.
 * A forced choice has been kept by now, so the model may answer; in the `last` step it must.
 */
export function continueRequest(request: MessagesRequest, step: Step, last: boolean): MessagesRequest {
  const { tool_choice: _kept, ...rest } = request;
  const parallel =
    request.tool_choice?.type === "none" ? undefined : request.tool_choice?.disable_parallel_tool_use;
  return {
    ...rest,
    max_tokens: Math.max(1, request.max_tokens - step.outputTokens),
    tool_choice: last
      ? { type: "none" }
      : { type: "auto", ...(parallel !== undefined && { disable_parallel_tool_use: parallel }) },
    messages: [
      ...request.messages,
      { role: "assistant", content: step.content.map((block) => renamed(block, step)) as ContentBlock[] },
      { role: "user", content: step.results.map(({ call, outcome }) => resultOf(call, outcome)) },
    ],
  };
}

/** The id by which the client will send the call back, so that the next turn's prompt begins as this one. */
function renamed(block: AnswerBlock, { results }: Step): AnswerBlock {
  if (block.type !== "tool_use") return block;
  const known = results.find(({ call }) => call.callId === block.id);
  return known === undefined ? block : { ...block, id: known.call.id };
}

function resultOf({ id }: ServerCall, outcome: Outcome): ContentBlock {
  return {
    type: "tool_result",
    tool_use_id: id,
    content: resultText(outcome),
    ...(outcome.kind === "error" && { is_error: true }),
  };
}

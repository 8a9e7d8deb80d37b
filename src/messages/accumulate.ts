import { parseJson } from "../wire/json.ts";
import { ApiError } from "./api-error.ts";
import type { Answer, AnswerBlock, BlockDelta, MessageEvent, StopReason } from "./types.ts";

/** Why a tool's arguments may end before they are complete. */
const CUT_REASONS: ReadonlySet<StopReason | null> = new Set(["max_tokens", "model_context_window_exceeded"]);

interface Draft {
  answer: Answer;
  /** Argument text of the tool blocks, by block index. */
  json: Map<number, string>;
  stopped: boolean;
}

/**
 * The answer that a stream adds up to: what the same request gets without `stream`. Numbers in
 * tool inputs that a double cannot hold survive; arguments cut by a token limit become `{}`.
 *
 * Throws ApiError: the one of an `error` event, or `api_error` when the events end before
 * `message_stop` or hold arguments that are no JSON object.
 *
 * Source: https://docs.anthropic.com/en/api/messages-streaming
 */
export function accumulate(events: Iterable<MessageEvent>): Answer {
  let draft: Draft | undefined;
  for (const event of events) {
    if (event.type === "error") {
      throw new ApiError(event.error.type, event.error.message, { details: event.error.details });
    }
    if (event.type === "message_start") draft = startDraft(event.message);
    else if (draft !== undefined) apply(draft, event);
  }
  if (draft === undefined || !draft.stopped) {
    throw new ApiError("api_error", "the answer ended before it was complete");
  }
  return finish(draft);
}

function startDraft(message: Answer): Draft {
  const answer = { ...message, content: [...message.content], usage: { ...message.usage } };
  return { answer, json: new Map(), stopped: false };
}

function apply(draft: Draft, event: MessageEvent): void {
  const { answer, json } = draft;
  switch (event.type) {
    case "content_block_start":
      answer.content[event.index] = { ...event.content_block };
      break;
    case "content_block_delta":
      applyDelta(answer.content[event.index], event.delta);
      if (event.delta.type === "input_json_delta") {
        json.set(event.index, (json.get(event.index) ?? "") + event.delta.partial_json);
      }
      break;
    case "message_delta":
      Object.assign(answer, event.delta);
      answer.context_management = event.context_management;
      for (const [key, value] of Object.entries(event.usage)) {
        if (value !== null && value !== undefined) Object.assign(answer.usage, { [key]: value });
      }
      break;
    case "message_stop":
      draft.stopped = true;
      break;
    case "message_start":
    case "content_block_stop":
    case "ping":
    case "error":
      break;
  }
}

function applyDelta(block: AnswerBlock | undefined, delta: BlockDelta): void {
  if (block?.type === "text" && delta.type === "text_delta") block.text += delta.text;
  if (block?.type !== "thinking") return;
  if (delta.type === "thinking_delta") block.thinking += delta.thinking;
  if (delta.type === "signature_delta") block.signature += delta.signature;
}

function finish({ answer, json }: Draft): Answer {
  for (const [index, text] of json) {
    const block = answer.content[index];
    if (block?.type === "tool_use" || block?.type === "server_tool_use") {
      block.input = toolInput(text, block.name, answer.stop_reason);
    }
  }
  return answer;
}

function toolInput(text: string, tool: string, reason: StopReason | null): unknown {
  if (text.trim() === "") return {};
  try {
    const input = parseJson(text);
    if (typeof input === "object" && input !== null && !Array.isArray(input)) return input;
  } catch (error) {
    if (CUT_REASONS.has(reason)) return {};
    throw new ApiError("api_error", `the arguments of tool ${tool} are not valid JSON`, { cause: error });
  }
  throw new ApiError("api_error", `the arguments of tool ${tool} are not a JSON object`);
}

import type { UpstreamRequest } from "../../upstream/delta.ts";
import type { OpenAiMessage, OpenAiPart, OpenAiRequest, OpenAiTool } from "../../upstream/openai/request.ts";
import { stringifyJson } from "../../wire/json.ts";
import type { Plan } from "./plan.ts";
import { openAiEffort } from "./thinking.ts";
import { upstreamName } from "./tool-names.ts";
import { isStrictSchema } from "./tools.ts";
import { describeTool, type VisibleTool } from "./visible-tool.ts";
import type { AssistantTurn, Part, Turn } from "./turns.ts";
import { wellFormedJson } from "./well-formed.ts";

/** The request of `POST …/chat/completions`. */
export function toOpenAi(plan: Plan): UpstreamRequest {
  const { flags, limit, sampling } = plan;
  const effort = openAiEffort(plan.thinking, flags);
  const body: OpenAiRequest = {
    model: plan.model,
    messages: [
      ...(plan.system === "" ? [] : [{ role: "system" as const, content: plan.system }]),
      ...plan.turns.map((turn) => toMessage(turn, plan)),
    ],
    ...tools(plan),
    stream: true,
    ...(flags.usageInStream && { stream_options: { include_usage: true } }),
    [flags.maxTokensField]: limit.tokens,
    ...(sampling.temperature !== undefined && { temperature: sampling.temperature }),
    ...(sampling.top_p !== undefined && { top_p: sampling.top_p }),
    ...(sampling.top_k !== undefined && flags.topK && { top_k: sampling.top_k }),
    ...(effort !== undefined && { reasoning_effort: effort }),
    ...(plan.format !== null && {
      response_format: {
        type: "json_schema",
        json_schema: { name: "output", schema: plan.format, strict: isStrictSchema(plan.format) },
      },
    }),
  };
  return { method: "POST", path: "/chat/completions", body: wellFormedJson(stringifyJson(body)) };
}

type ToolFields = Pick<OpenAiRequest, "tools" | "tool_choice" | "parallel_tool_calls">;

/** With `none` the tools stay, so that history with calls still renders, unless the server ignores the field. */
function tools({ choice, flags, tools: sent }: Plan): ToolFields {
  const { mode } = choice;
  if (sent.length === 0 || mode === "json" || !flags.tools || (mode === "none" && !flags.toolChoice))
    return {};
  const fields: ToolFields = { tools: sent.map(toTool) };
  if (mode === "none") fields.tool_choice = "none";
  if (mode === "required") {
    fields.tool_choice =
      choice.only === null ? "required" : { type: "function", function: { name: upstreamName(choice.only) } };
  }
  if (choice.disableParallel && flags.parallelFlag) fields.parallel_tool_calls = false;
  return fields;
}

function toTool(tool: VisibleTool): OpenAiTool {
  const description = describeTool(tool, tool.lost ?? []);
  return {
    type: "function",
    function: {
      name: upstreamName(tool.name),
      ...(description !== "" && { description }),
      parameters: tool.schema,
      ...(tool.strict && { strict: true }),
    },
  };
}

function toMessage(turn: Turn, plan: Plan): OpenAiMessage {
  if (turn.role === "system") return { role: "system", content: turn.text };
  if (turn.role === "user") return { role: "user", content: toContent(turn.parts) };
  if (turn.role === "assistant") return toAssistant(turn, plan);
  const images = turn.images.map((image): Part => ({ kind: "image", image }));
  const text: Part[] = turn.text === "" && images.length > 0 ? [] : [{ kind: "text", text: turn.text }];
  return { role: "tool", tool_call_id: turn.callId, content: toContent([...text, ...images]) };
}

function toAssistant(turn: AssistantTurn, { flags }: Plan): OpenAiMessage {
  const field = flags.reasoningField === "thinking" ? "reasoning" : flags.reasoningField;
  return {
    role: "assistant",
    content: turn.text,
    ...(turn.reasoning !== null && field !== null && { [field]: turn.reasoning }),
    ...(turn.calls.length > 0 && {
      tool_calls: turn.calls.map(({ id, name, input }) => ({
        id,
        type: "function" as const,
        function: { name: upstreamName(name), arguments: stringifyJson(input) },
      })),
    }),
  };
}

/** One string while there is only text: some servers make a message of each part. */
function toContent(parts: readonly Part[]): string | OpenAiPart[] {
  if (parts.every((part) => part.kind === "text")) return parts.map((part) => part.text).join("\n");
  return parts.map((part) =>
    part.kind === "text"
      ? { type: "text", text: part.text }
      : { type: "image_url", image_url: { url: `data:${part.image.mediaType};base64,${part.image.data}` } },
  );
}

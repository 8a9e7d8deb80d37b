import type { UpstreamRequest } from "../../upstream/delta.ts";
import type {
  OllamaMessage,
  OllamaOptions,
  OllamaRequest,
  OllamaTool,
} from "../../upstream/ollama/request.ts";
import { stringifyJson } from "../../wire/json.ts";
import type { Plan } from "./plan.ts";
import { fitOllamaParameters, lostConstraints } from "./schema-loss.ts";
import { ollamaThink } from "./thinking.ts";
import { upstreamName } from "./tool-names.ts";
import { describeTool, type VisibleTool } from "./visible-tool.ts";
import type { AssistantTurn, Part, Turn } from "./turns.ts";

/** The request of `POST /api/chat`. */
export function toOllama(plan: Plan): UpstreamRequest {
  const { choice, flags } = plan;
  const tools = choice.mode === "auto" || choice.mode === "required" ? plan.tools : [];
  const body: OllamaRequest = {
    model: plan.model,
    messages: [
      ...(plan.system === "" ? [] : [{ role: "system" as const, content: plan.system }]),
      ...plan.turns.map(toMessage),
    ],
    ...(tools.length > 0 && { tools: tools.map(toTool) }),
    stream: true,
    think: ollamaThink(plan.thinking, flags),
    truncate: false,
    shift: false,
    ...(flags.keepAlive !== null && { keep_alive: flags.keepAlive }),
    ...(plan.format !== null && { format: plan.format }),
    options: options(plan),
  };
  return { method: "POST", path: "/api/chat", body: stringifyJson(body) };
}

function options({ flags, limit, sampling }: Plan): OllamaOptions {
  return {
    ...(flags.contextWindow !== null && { num_ctx: flags.contextWindow }),
    num_predict: limit.tokens,
    ...(sampling.temperature !== undefined && { temperature: sampling.temperature }),
    ...(sampling.top_p !== undefined && { top_p: sampling.top_p }),
    ...(sampling.top_k !== undefined && { top_k: sampling.top_k }),
  };
}

function toMessage(turn: Turn): OllamaMessage {
  if (turn.role === "system") return { role: "system", content: turn.text };
  if (turn.role === "user") return toUserMessage(turn.parts);
  if (turn.role === "assistant") return toAssistant(turn);
  return {
    role: "tool",
    content: turn.text,
    tool_name: upstreamName(turn.toolName),
    tool_call_id: turn.callId,
    ...(turn.images.length > 0 && { images: turn.images.map((image) => image.data) }),
  };
}

function toAssistant(turn: AssistantTurn): OllamaMessage {
  const calls = turn.calls.map(({ id, name, input }) => ({
    id,
    function: { name: upstreamName(name), arguments: input },
  }));
  return {
    role: "assistant",
    content: turn.text,
    ...(turn.reasoning !== null && { thinking: turn.reasoning }),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
}

/** Images have no place between texts here, so a numbered marker holds it. */
function toUserMessage(parts: readonly Part[]): OllamaMessage {
  const images: string[] = [];
  const marked = parts.some((part) => part.kind === "text");
  const texts = parts.map((part) => {
    if (part.kind === "text") return part.text;
    images.push(part.image.data);
    return marked ? `[image ${images.length}]` : "";
  });
  const content = marked ? texts.join("\n") : "";
  return { role: "user", content, ...(images.length > 0 && { images }) };
}

/** Ollama drops most constraints of a schema: the model reads them in the description instead. */
function toTool(tool: VisibleTool): OllamaTool {
  const description = describeTool(tool, [...(tool.lost ?? []), ...lostConstraints(tool.schema)]);
  return {
    type: "function",
    function: {
      name: upstreamName(tool.name),
      ...(description !== "" && { description }),
      parameters: fitOllamaParameters(tool.schema),
    },
  };
}

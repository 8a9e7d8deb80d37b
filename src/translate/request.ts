import { invalidRequest } from "../messages/api-error.ts";
import type { MessagesRequest } from "../messages/types.ts";
import type { UpstreamRequest } from "../upstream/delta.ts";
import type { ModelFlags } from "../upstream/flags.ts";
import { asObject } from "../upstream/read.ts";
import { renderConversation } from "./ask/conversation.ts";
import { editContext, noteUnknownEdits } from "./ask/context-edits.ts";
import { noteFields } from "./ask/fields.ts";
import { forcedFormat, forcedInstruction } from "./ask/forced-format.ts";
import { outputLimit } from "./ask/limits.ts";
import { lowerTools } from "./ask/lower-tools.ts";
import { Notes } from "./ask/notes.ts";
import type { Plan } from "./ask/plan.ts";
import { renderSystem } from "./ask/system.ts";
import { readThinking } from "./ask/thinking.ts";
import { toOllama } from "./ask/to-ollama.ts";
import { toOpenAi } from "./ask/to-openai.ts";
import { chooseTools, type Choice } from "./ask/tool-choice.ts";
import { upstreamName } from "./ask/tool-names.ts";
import { visibleTools } from "./ask/tools.ts";
import type { Turn } from "./ask/turns.ts";
import type { VisibleTool } from "./ask/visible-tool.ts";
import type { AnswerContext } from "./context.ts";
import { measurePrompt, totalSize, type PromptSize } from "./estimate.ts";

export interface TranslateOptions {
  /** The upstream's name of the model. */
  model: string;
  flags: ModelFlags;
  /** Mend what small models get wrong in tool arguments. */
  repair: boolean;
  /** Refuse what would otherwise be dropped with a note. */
  strict: boolean;
  /** Tokens; a limit below the client's own. */
  maxOutputTokens?: number;
  /** Tokens of this very prompt, as the upstream counted them when it refused the length of the answer. */
  promptTokens?: number;
}

export interface Translation {
  upstream: UpstreamRequest;
  /** Codes of what was dropped, for the `x-bridge-notes` header. */
  notes: string[];
  /** For `createStreamTranslator`. */
  context: AnswerContext;
}

/**
 * A Messages request as the upstream's request. Everything in it is translated, emulated, dropped
 * with a note where that cannot change the answer, or refused: throws `ApiError` 400 whose message
 * begins with the dotted path of the fault.
 */
export function translateRequest(request: MessagesRequest, options: TranslateOptions): Translation {
  const { flags, model } = options;
  const notes = new Notes(options.strict);
  noteFields(request, notes);
  noteUnknownEdits(request, notes);
  const reasoning = flags.reasoningField !== null && flags.thinking !== "none";
  const { messages, applied } = editContext(request, reasoning);
  const size = measurePrompt({ ...request, messages });
  const asked = askedFormat(request, flags);
  const chosen = chooseTools(request, visibleTools(request, notes), flags);
  const mixed = asked !== null && mustShareFormat(chosen, flags);
  const choice: Choice = mixed ? { ...chosen, mode: "json" } : chosen;
  const forced = choice.mode === "required" || choice.mode === "json";
  const tools = lowerTools(choice.tools, flags);
  if (tools.some((tool, n) => tool !== choice.tools[n])) notes.addHarmless("tool-schema-lowered");
  const turns = renderConversation(messages, {
    model: request.model,
    tools: flags.tools,
    vision: flags.vision,
    toolImages: flags.toolImages,
    midSystem: flags.midSystem,
    prefill: flags.prefill,
    reasoning,
    notes,
  });
  noteLostFields(request, flags, notes);
  const plan: Plan = {
    model,
    flags,
    system: renderSystem(request.system),
    turns:
      choice.mode === "json"
        ? withInstruction(turns, forcedInstruction(choice.tools, mixed ? asked : undefined))
        : turns,
    choice,
    tools,
    thinking: readThinking(request, flags, forced, notes),
    limit: outputLimit(
      request,
      flags,
      { estimate: totalSize(size), counted: options.promptTokens },
      options.maxOutputTokens,
    ),
    sampling: request,
    format: mixed ? forcedFormat(tools, asked) : answerFormat(choice, tools, asked),
  };
  return {
    upstream: flags.dialect === "ollama" ? toOllama(plan) : toOpenAi(plan),
    notes: notes.codes,
    context: {
      ...answerContext(request, plan, size, options.repair),
      mayAnswer: mixed,
      appliedEdits: request["context_management"] == null ? null : applied,
    },
  };
}

function answerContext(
  request: MessagesRequest,
  plan: Plan,
  promptSize: PromptSize,
  repair: boolean,
): Omit<AnswerContext, "mayAnswer" | "appliedEdits"> {
  const { choice, flags } = plan;
  const names = [...choice.tools.map((tool) => tool.name), ...historyCalls(request).map((call) => call.name)];
  return {
    dialect: flags.dialect,
    model: request.model,
    inputTokens: totalSize(promptSize),
    promptSize,
    maxTokens: request.max_tokens,
    contextWindow: flags.contextWindow,
    contextLimited: plan.limit.byContext,
    stopSequences: request.stop_sequences ?? [],
    reasoning: plan.thinking.reasoning,
    thinkTags: flags.thinkTags,
    tools: choice.tools.map(({ name, schema }) => ({ name, schema })),
    renamed: new Map(
      names.filter((name) => upstreamName(name) !== name).map((name) => [upstreamName(name), name]),
    ),
    toolChoice: choice.mode,
    disableParallel: choice.disableParallel,
    usedIds: new Set(historyCalls(request).map((call) => call.id)),
    repair,
    // Where a format was asked for, JSON is the answer itself.
    salvage: repair && plan.format === null && (choice.mode === "auto" || choice.mode === "required"),
  };
}

function historyCalls(request: MessagesRequest): { id: string; name: string }[] {
  return request.messages.flatMap(({ content }) =>
    typeof content === "string" ? [] : content.filter((block) => block.type === "tool_use"),
  );
}

const FORMAT_PATH = "output_config.format";

/** The schema that the client wants its answer in; null when the answer is free. Throws ApiError 400 where none can be kept. */
function askedFormat(request: MessagesRequest, flags: ModelFlags): Record<string, unknown> | null {
  const asked = asObject(asObject(request.output_config?.format ?? request["output_format"])?.["schema"]);
  if (asked === undefined) return null;
  if (flags.structured) return asked;
  throw invalidRequest(FORMAT_PATH, `the model "${request.model}" does not support structured outputs`);
}

/** Ollama constrains a whole answer: with a format, calls have to be a part of it. */
function mustShareFormat({ mode, tools }: Choice, flags: ModelFlags): boolean {
  return flags.dialect === "ollama" && mode === "auto" && tools.length > 0;
}

/** The schema that constrains the answer: the client's own, or that of a forced call. */
function answerFormat(
  choice: Choice,
  tools: readonly VisibleTool[],
  asked: Record<string, unknown> | null,
): Record<string, unknown> | null {
  if (choice.mode !== "json") return asked;
  if (asked === null) return forcedFormat(tools);
  throw invalidRequest(
    FORMAT_PATH,
    "cannot be combined with a forced tool call on this model server: the format would forbid the call",
  );
}

function withInstruction(turns: readonly Turn[], instruction: string): Turn[] {
  const last = turns.at(-1);
  const part = { kind: "text" as const, text: instruction };
  if (last?.role !== "user") return [...turns, { role: "user", parts: [part] }];
  return [...turns.slice(0, -1), { role: "user", parts: [...last.parts, part] }];
}

function noteLostFields(request: MessagesRequest, flags: ModelFlags, notes: Notes): void {
  if (request.top_k !== undefined && !flags.topK)
    notes.add("ignored:top_k", "top_k", "the model server has no top_k");
  const cites = request.messages.some(
    ({ content }) =>
      typeof content !== "string" &&
      content.some(
        (block) =>
          block.type === "document" &&
          asObject((block as unknown as Record<string, unknown>)["citations"])?.["enabled"] === true,
      ),
  );
  if (!cites) return;
  if (request.output_config?.format != null)
    throw invalidRequest("output_config.format", "citations cannot be combined with structured outputs");
  notes.add("citations-not-supported", "messages", "citations are not supported");
}

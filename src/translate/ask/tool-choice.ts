import { invalidRequest } from "../../messages/api-error.ts";
import type { MessagesRequest } from "../../messages/types.ts";
import type { ModelFlags } from "../../upstream/flags.ts";
import type { VisibleTool } from "./visible-tool.ts";

export interface Choice {
  /** As in `AnswerContext.toolChoice`. */
  mode: "auto" | "none" | "required" | "json";
  /** The tools the model may call. */
  tools: VisibleTool[];
  /** The one tool of a forced choice. */
  only: string | null;
  disableParallel: boolean;
}

/**
 * How the client's `tool_choice` is kept. An upstream that honours the field gets it; from one that
 * does not, a forced call is had as an answer constrained to the JSON of a call. Throws `ApiError`
 * 400 when a choice cannot be kept: a forced call is never best effort.
 */
export function chooseTools(request: MessagesRequest, tools: VisibleTool[], flags: ModelFlags): Choice {
  const choice = request.tool_choice ?? { type: "auto" };
  const forced = choice.type === "any" || choice.type === "tool";
  const disableParallel = choice.type !== "none" && choice.disable_parallel_tool_use === true;
  if (choice.type === "none") return { mode: "none", tools, only: null, disableParallel };
  if (tools.length > 0 && !flags.tools) {
    throw invalidRequest("tools", `the model "${request.model}" does not support tools`);
  }
  if (!forced) return { mode: "auto", tools, only: null, disableParallel };
  if (tools.length === 0) throw invalidRequest("tool_choice", "may only be specified while providing tools");
  if (request.thinking?.type === "enabled") {
    throw invalidRequest("tool_choice", "thinking may not be enabled when tool_choice forces tool use");
  }
  const only = choice.type === "tool" ? choice.name : null;
  if (only !== null && !tools.some((tool) => tool.name === only)) {
    throw invalidRequest("tool_choice.name", `tool "${only}" not found in the tools of this request`);
  }
  if (flags.toolChoice) return { mode: "required", tools, only, disableParallel };
  if (!flags.structured) {
    throw invalidRequest(
      "tool_choice",
      `"${choice.type}" cannot be enforced on this model server; use "auto"`,
    );
  }
  const callable = only === null ? tools : tools.filter((tool) => tool.name === only);
  return { mode: "json", tools: callable, only, disableParallel };
}

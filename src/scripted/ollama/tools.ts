import type { ChatTool } from "../engine/engine.ts";
import { BindFailure } from "../http/failure.ts";

/** The tools of a request, of `/api/chat` and `/v1/chat/completions` alike. Throws `BindFailure` on a boolean schema. */
export function bindTools(value: unknown): ChatTool[] {
  if (!Array.isArray(value)) return [];
  return value.map((entry: { function?: Partial<ChatTool> }) => {
    const { name = "", description = "", parameters } = entry.function ?? {};
    checkProperties(parameters?.["properties"]);
    return { name, description, parameters: parameters ?? {} };
  });
}

function checkProperties(properties: unknown): void {
  for (const property of Object.values((properties ?? {}) as Record<string, unknown>)) {
    if (typeof property !== "boolean") continue;
    throw new BindFailure(
      "json: cannot unmarshal bool into Go struct field ToolFunctionParameters.tools.function.parameters.properties of type api.ToolProperty",
    );
  }
}

import type { MessagesRequest } from "../../messages/types.ts";
import type { ModelFlags } from "../../upstream/flags.ts";
import type { OutputLimit } from "./limits.ts";
import type { Thinking } from "./thinking.ts";
import type { Choice } from "./tool-choice.ts";
import type { Turn } from "./turns.ts";
import type { VisibleTool } from "./visible-tool.ts";

/** Everything a request says, before it is written in a dialect. */
export interface Plan {
  /** The upstream's name of the model. */
  model: string;
  flags: ModelFlags;
  /** Empty when there is none. */
  system: string;
  turns: Turn[];
  choice: Choice;
  /** The tools of the choice as the upstream takes them. */
  tools: VisibleTool[];
  thinking: Thinking;
  limit: OutputLimit;
  sampling: Pick<MessagesRequest, "temperature" | "top_p" | "top_k">;
  /** JSON schema of the answer; null when it is free. */
  format: Record<string, unknown> | null;
}

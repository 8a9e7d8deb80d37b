import type { Usage } from "../../messages/types.ts";
import { startUsage } from "../answer/usage.ts";

/** The usage of two steps together. What neither step knows stays null; what one knows counts. */
export function addUsage(total: Usage | null, step: Partial<Usage> & { output_tokens: number }): Usage {
  const base = { ...startUsage(step.input_tokens ?? 0), ...step };
  if (total === null) return base;
  const thought = sum(
    total.output_tokens_details?.thinking_tokens ?? null,
    base.output_tokens_details?.thinking_tokens ?? null,
  );
  return {
    ...base,
    input_tokens: total.input_tokens + base.input_tokens,
    output_tokens: total.output_tokens + base.output_tokens,
    cache_read_input_tokens: sum(total.cache_read_input_tokens, base.cache_read_input_tokens),
    output_tokens_details: thought === null ? null : { thinking_tokens: thought },
  };
}

function sum(one: number | null, other: number | null): number | null {
  return one === null && other === null ? null : (one ?? 0) + (other ?? 0);
}

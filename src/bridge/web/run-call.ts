import type { Message } from "../../messages/types.ts";
import { estimateText } from "../../translate/estimate.ts";
import type { ServerCall } from "../../translate/server-tools/merge.ts";
import { failed, type Outcome } from "../../translate/server-tools/outcome.ts";
import { isInConversation } from "../../translate/server-tools/prior-urls.ts";
import type { ServerTool } from "../../translate/server-tools/server-tool.ts";
import { asObject, asText } from "../../upstream/read.ts";
import { WebFailure } from "./failure.ts";
import type { Web } from "./web.ts";

export interface CallContext {
  tool: ServerTool;
  /** Calls of this tool that were carried out in this answer before. */
  uses: number;
  /** The conversation up to the call, with the results of earlier steps. */
  messages: readonly Message[];
  /** Tokens; null when unknown. */
  contextWindow: number | null;
  signal: AbortSignal;
}

/** Tokens of a page, where the client sets no limit. */
const PAGE_TOKENS = 8_000;

/** Carries out one call of a web tool. What goes wrong is its outcome; rejects only when the client is gone. */
export async function runCall(web: Web, call: ServerCall, context: CallContext): Promise<Outcome> {
  const { tool, uses, signal } = context;
  const missing = web.missing[tool.name];
  if (missing !== null) return failed("unavailable", missing);
  if (tool.maxUses !== null && uses >= tool.maxUses) {
    return failed(
      "max_uses_exceeded",
      `No more than ${tool.maxUses} calls are allowed. Answer with what you have.`,
    );
  }
  const key = tool.name === "web_search" ? "query" : "url";
  const value = argument(call.json, key)?.trim();
  if (value === undefined || value === "") {
    return failed("invalid_tool_input", `The call needs "${key}", a text that is not empty.`);
  }
  try {
    if (tool.name === "web_search") return { kind: "hits", hits: await web.search(value, tool, signal) };
    if (!isInConversation(value, context.messages)) {
      return failed("url_not_in_prior_context", "Only addresses that stand in the conversation can be read.");
    }
    const page = await web.fetch(value, tool, signal);
    const text = clip(page.text, pageLimit(context));
    return { kind: "page", ...page, text, retrievedAt: web.now().toISOString() };
  } catch (error) {
    if (error instanceof WebFailure) return error.outcome();
    throw error;
  }
}

function argument(json: string, key: string): string | undefined {
  try {
    return asText(asObject(JSON.parse(json))?.[key]);
  } catch {
    return undefined;
  }
}

/** A page that fills the model's window would leave no room for the answer. */
function pageLimit({ tool, contextWindow }: CallContext): number {
  const room = contextWindow === null ? Number.POSITIVE_INFINITY : Math.floor(contextWindow / 4);
  return Math.min(tool.maxContentTokens ?? PAGE_TOKENS, room);
}

function clip(text: string, tokens: number): string {
  const estimate = estimateText(text);
  if (estimate <= tokens) return text;
  return `${text.slice(0, Math.floor((text.length * tokens) / estimate))}\n[The rest of the page is left out.]`;
}

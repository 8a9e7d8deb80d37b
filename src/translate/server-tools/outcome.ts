import type { AnswerBlock } from "../../messages/types.ts";
import type { WebToolName } from "../../messages/web-tools.ts";
import { packSnippet } from "./snippet.ts";

/** One page that a search found. */
export interface SearchHit {
  url: string;
  title: string;
  /** An excerpt; may be empty. */
  text: string;
  /** In the search engine's own words, e.g. a date; null when it does not say. */
  pageAge: string | null;
}

/** Source: `WebSearchToolResultErrorCode` and `WebFetchToolResultErrorCode` of `@anthropic-ai/sdk`. */
export type SearchErrorCode =
  | "invalid_tool_input"
  | "unavailable"
  | "max_uses_exceeded"
  | "too_many_requests"
  | "query_too_long"
  | "request_too_large";
export type FetchErrorCode =
  | "invalid_tool_input"
  | "unavailable"
  | "max_uses_exceeded"
  | "too_many_requests"
  | "url_too_long"
  | "url_not_allowed"
  | "url_not_in_prior_context"
  | "url_not_accessible"
  | "unsupported_content_type"
  | "content_too_large";

/** What came of one call of a web tool. */
export type Outcome =
  | { kind: "hits"; hits: SearchHit[] }
  | { kind: "page"; url: string; title: string | null; text: string; retrievedAt: string }
  | {
      kind: "error";
      code: SearchErrorCode | FetchErrorCode;
      /** One sentence for the model, after the code. */
      why: string;
    };

/** A failed call. */
export function failed(code: SearchErrorCode | FetchErrorCode, why: string): Outcome {
  return { kind: "error", code, why };
}

/** The result block of a call, as the client gets it. */
export function resultBlock(tool: WebToolName, id: string, outcome: Outcome): AnswerBlock {
  return {
    type: `${tool}_tool_result`,
    tool_use_id: id,
    content: contentOf(tool, outcome),
    caller: { type: "direct" },
  };
}

function contentOf(tool: WebToolName, outcome: Outcome): unknown {
  if (outcome.kind === "error") return { type: `${tool}_tool_result_error`, error_code: outcome.code };
  if (outcome.kind === "hits") {
    return outcome.hits.map(({ url, title, text, pageAge }) => ({
      type: "web_search_result",
      url,
      title,
      encrypted_content: packSnippet(text),
      page_age: pageAge,
    }));
  }
  const { url, title, text, retrievedAt } = outcome;
  return {
    type: "web_fetch_result",
    url,
    retrieved_at: retrievedAt,
    content: {
      type: "document",
      source: { type: "text", media_type: "text/plain", data: text },
      title,
      citations: null,
    },
  };
}

/** The same for the model, as the text of a tool result. */
export function resultText(outcome: Outcome): string {
  if (outcome.kind === "error") return `${outcome.code}: ${outcome.why}`;
  if (outcome.kind === "page") {
    return [outcome.url, outcome.title, outcome.text]
      .filter((part) => part !== null && part !== "")
      .join("\n");
  }
  if (outcome.hits.length === 0) return "Nothing was found.";
  return outcome.hits
    .map(({ url, title, text, pageAge }, n) =>
      [`${n + 1}. ${title}`, url, pageAge ?? "", text].filter((line) => line !== "").join("\n"),
    )
    .join("\n\n");
}

import type { MessagesRequest, ToolDefinition } from "../../messages/types.ts";
import { type WebToolName, webToolOf } from "../../messages/web-tools.ts";
import { asArray } from "../../upstream/read.ts";
import type { VisibleTool } from "../ask/visible-tool.ts";

/** A tool of a request that the bridge runs itself. */
export interface ServerTool {
  name: WebToolName;
  /** Null: no limit of the client's. */
  maxUses: number | null;
  /** Only these domains, if any. */
  allowed: readonly string[];
  blocked: readonly string[];
  /** Tokens of a fetched page; null: no limit of the client's. */
  maxContentTokens: number | null;
}

/** The web tools of a checked request. Others, and custom tools of the same name, are none. */
export function serverToolsOf({ tools = [] }: Pick<MessagesRequest, "tools">): ServerTool[] {
  return tools.flatMap((tool) => {
    const name = webToolOf(tool.type);
    return name === null ? [] : [readServerTool(tool, name)];
  });
}

function readServerTool(tool: ToolDefinition, name: WebToolName): ServerTool {
  return {
    name,
    maxUses: numberOf(tool["max_uses"]),
    allowed: textsOf(tool["allowed_domains"]),
    blocked: textsOf(tool["blocked_domains"]),
    maxContentTokens: numberOf(tool["max_content_tokens"]),
  };
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

function textsOf(value: unknown): string[] {
  return asArray(value).filter((entry) => typeof entry === "string");
}

const SEARCH: VisibleTool = {
  name: "web_search",
  description:
    "Searches the web. Gives titles, addresses and excerpts of the pages found. Use it for what is recent or not certain; name the address of a page whose contents you use.",
  schema: {
    type: "object",
    properties: { query: { type: "string", description: "What to search for" } },
    required: ["query"],
    additionalProperties: false,
  },
  strict: false,
};

const FETCH: VisibleTool = {
  name: "web_fetch",
  description:
    "Reads one page of the web as text. The address must stand in the conversation: one that the user gave, or one that a search found.",
  schema: {
    type: "object",
    properties: { url: { type: "string", description: "The full address, with https://" } },
    required: ["url"],
    additionalProperties: false,
  },
  strict: false,
};

/** The function that the model is offered for a web tool, whose own definition has no schema. */
export function functionOf(name: WebToolName): VisibleTool {
  return name === "web_search" ? SEARCH : FETCH;
}

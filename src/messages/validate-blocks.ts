import { invalidRequest } from "./api-error.ts";
import {
  at,
  echo,
  type Fields,
  isAbsent,
  optional,
  requireArray,
  requireBoolean,
  requireFields,
  requireString,
  requireText,
} from "./check.ts";
import { checkDocumentSource, checkImageSource } from "./validate-sources.ts";
import type { ApiVersion } from "./version.ts";

/** Where a block may stand. */
type Place = "prompt" | "user" | "assistant" | "system" | "tool_result" | "document" | "search_result";

/** Where a block stands, and by which version's rules. */
export interface BlockContext {
  place: Place;
  version: ApiVersion;
}

interface BlockRule {
  places: readonly Place[];
  check(block: Fields, path: string, context: BlockContext): void;
}

/** Blocks of a kind the bridge carries as text or omits: only their place is checked. */
const OPAQUE: [place: Place, types: string[]][] = [
  [
    "assistant",
    [
      "redacted_thinking",
      "mcp_tool_use",
      "mcp_tool_result",
      "mcp_tool_listing",
      "advisor_tool_result",
      "compaction",
      "fallback",
    ],
  ],
  ["system", ["tool_addition", "tool_removal"]],
  ["tool_result", ["browser_state"]],
];

const SERVER_RESULTS = [
  "web_search_tool_result",
  "web_fetch_tool_result",
  "code_execution_tool_result",
  "bash_code_execution_tool_result",
  "text_editor_code_execution_tool_result",
  "tool_search_tool_result",
];

/**
 * Every block type the API knows, where it may stand and what it needs.
 * Source: https://docs.anthropic.com/en/api/messages and the types of `@anthropic-ai/sdk`.
 */
const BLOCKS: ReadonlyMap<string, BlockRule> = new Map<string, BlockRule>([
  [
    "text",
    {
      places: ["prompt", "user", "assistant", "system", "tool_result", "document", "search_result"],
      check: checkText,
    },
  ],
  ["image", { places: ["user", "tool_result", "document"], check: checkImageSource }],
  ["document", { places: ["user", "assistant", "tool_result"], check: checkDocument }],
  ["search_result", { places: ["user", "tool_result"], check: checkSearchResult }],
  ["thinking", { places: ["assistant"], check: checkThinking }],
  ["tool_use", { places: ["assistant"], check: checkToolUse }],
  ["server_tool_use", { places: ["assistant"], check: checkToolUse }],
  ["tool_result", { places: ["user"], check: checkToolResult }],
  [
    "tool_reference",
    {
      places: ["tool_result"],
      check: (block, path) => requireText(block["tool_name"], at(path, "tool_name")),
    },
  ],
  ...SERVER_RESULTS.map((type): [string, BlockRule] => [
    type,
    {
      places: ["assistant", "user"],
      check: (block, path) => requireText(block["tool_use_id"], at(path, "tool_use_id")),
    },
  ]),
  ...OPAQUE.flatMap(([place, types]) =>
    types.map((type): [string, BlockRule] => [type, { places: [place], check: () => {} }]),
  ),
]);

/** One block. Throws ApiError 400 naming the path: unknown type, wrong place or wrong shape. */
function checkBlock(value: unknown, path: string, context: BlockContext): void {
  const block = requireFields(value, path);
  const type = requireString(block["type"], at(path, "type"));
  const { place, version } = context;
  if (type === "container_upload") {
    throw invalidRequest(at(path, "type"), "'container_upload' is not supported: there is no Files API here");
  }
  const rule = BLOCKS.get(type);
  if (rule === undefined) throw invalidRequest(at(path, "type"), `unknown block type ${echo(type)}`);
  if (!rule.places.includes(place)) {
    throw invalidRequest(at(path, "type"), `'${type}' blocks may not stand in ${where(place)}`);
  }
  if (type === "document" && place === "assistant" && version !== "2023-06-01") {
    throw invalidRequest(at(path, "type"), "'document' blocks may not stand in an assistant message");
  }
  rule.check(block, path, context);
}

/** A string, or a list of blocks. */
export function checkContent(value: unknown, path: string, context: BlockContext): void {
  if (typeof value === "string") return;
  if (isAbsent(value)) throw invalidRequest(path, "Field required");
  if (!Array.isArray(value)) throw invalidRequest(path, "Input should be a string or a list of blocks");
  for (const [index, block] of value.entries()) checkBlock(block, at(path, index), context);
}

function where(place: Place): string {
  if (place === "prompt") return "the system prompt";
  if (place === "tool_result" || place === "document" || place === "search_result") return `a ${place} block`;
  return `${place === "assistant" ? "an" : "a"} ${place} message`;
}

function checkText(block: Fields, path: string, { place, version }: BlockContext): void {
  requireString(block["text"], at(path, "text"));
  const citations = block["citations"];
  // The newer version took them from the user's side only: an assistant's text comes back as it was sent.
  if (version === "2023-06-01" || place === "assistant") return;
  if (!Array.isArray(citations) || citations.length === 0) return;
  throw invalidRequest(at(path, "citations"), "Extra inputs are not permitted");
}

function checkDocument(block: Fields, path: string, { version }: BlockContext): void {
  optional(block, "title", path, requireString);
  optional(block, "context", path, requireString);
  checkDocumentSource(block, path, (content, contentPath) =>
    checkContent(content, contentPath, { place: "document", version }),
  );
}

function checkSearchResult(block: Fields, path: string, { version }: BlockContext): void {
  requireString(block["source"], at(path, "source"));
  requireString(block["title"], at(path, "title"));
  requireArray(block["content"], at(path, "content"));
  checkContent(block["content"], at(path, "content"), { place: "search_result", version });
}

/** A missing signature is no fault: clients send back what another provider gave them. */
function checkThinking(block: Fields, path: string): void {
  requireString(block["thinking"], at(path, "thinking"));
  optional(block, "signature", path, requireString);
}

function checkToolUse(block: Fields, path: string): void {
  requireText(block["id"], at(path, "id"));
  requireText(block["name"], at(path, "name"));
  requireFields(block["input"], at(path, "input"));
}

function checkToolResult(block: Fields, path: string, { version }: BlockContext): void {
  requireText(block["tool_use_id"], at(path, "tool_use_id"));
  optional(block, "is_error", path, requireBoolean);
  optional(block, "content", path, (content, contentPath) =>
    checkContent(content, contentPath, { place: "tool_result", version }),
  );
}

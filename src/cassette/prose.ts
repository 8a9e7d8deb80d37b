import { decodeLiteral, jsonSpans, type Path, type ValueSpan } from "./json-text.ts";

/** A text of the client in one of its requests. */
export interface Prose {
  text: string;
  /** A description is short and common: it is replaced only where it is a whole description. */
  description: boolean;
}

const BILLING_PREFIX = "x-anthropic-billing-header:";
const REMINDER = /<system-reminder>([\s\S]*?)<\/system-reminder>/g;
const TOOL_ERROR = /<tool_use_error>([\s\S]*?)<\/tool_use_error>/g;

/** How the texts begin with which the client goes on by itself (claude-code.md §4.5, §2.2, §3.1). They run to the end of their block. */
const NUDGES: RegExp[] = [
  /\[Your previous response had no visible output/,
  /Your response above was cut off mid-stream/,
  /Output token limit hit/,
  /Your previous response failed to produce a valid tool call/,
  /The previous response failed to produce/,
  /CRITICAL: Respond with TEXT ONLY/,
  /This session is being continued from a previous/,
  /Called the Read tool with/,
  /Perform a web search for the query:(?= )/,
  /\[Request interrupted by user/,
  /\[Tool use interrupted/,
];

/**
 * The client's own prose in a Messages request: system prompt, descriptions of tools and of their
 * schemas, `role:"system"` messages, `<system-reminder>`s, nudges. Not the user's words, nor files.
 */
export function collectProse(body: string): Prose[] {
  const spans = jsonSpans(body);
  if (spans === undefined) return [];
  const roles = rolesOf(JSON.parse(body));
  const found = spans
    .filter(({ kind }) => kind === "string")
    .flatMap((span) => proseIn(textOf(body, span), span.path, roles));
  const seen = new Set<string>();
  return found.filter(({ text, description }) => {
    const key = `${String(description)} ${text}`;
    const fresh = text.trim() !== "" && !seen.has(key);
    seen.add(key);
    return fresh;
  });
}

function textOf(body: string, span: ValueSpan): string {
  return decodeLiteral(body.slice(span.start + 1, span.end - 1)) ?? "";
}

function rolesOf(body: unknown): unknown[] {
  const messages = (body as { messages?: unknown } | null)?.messages;
  return Array.isArray(messages)
    ? messages.map((message) => (message as { role?: unknown } | null)?.role)
    : [];
}

function proseIn(text: string, path: Path, roles: unknown[]): Prose[] {
  const last = path.at(-1);
  if (path[0] === "system") return last === "text" || path.length === 1 ? [whole(unbilled(text))] : [];
  if (path[0] === "tools" || path[0] === "output_config")
    return last === "description" ? [{ text, description: true }] : [];
  if (path[0] !== "messages" || (last !== "text" && last !== "content")) return [];
  if (roles[Number(path[1])] === "system") return [whole(text)];
  return [...marked(text, REMINDER), ...marked(text, TOOL_ERROR), ...nudge(text)];
}

function whole(text: string): Prose {
  return { text, description: false };
}

/** The billing line stays recognisable: bridges strip it by its prefix. */
function unbilled(text: string): string {
  return text.startsWith(BILLING_PREFIX) ? text.slice(BILLING_PREFIX.length) : text;
}

function marked(text: string, marker: RegExp): Prose[] {
  return Array.from(text.matchAll(marker), ([, inner = ""]) => whole(inner));
}

function nudge(text: string): Prose[] {
  if (/<system-reminder>/.test(text)) return [];
  const starts = NUDGES.map((pattern) => text.search(pattern)).filter((at) => at >= 0);
  return starts.length === 0 ? [] : [whole(text.slice(Math.min(...starts)))];
}

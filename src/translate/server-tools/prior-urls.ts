import type { ContentBlock, Message } from "../../messages/types.ts";
import { asArray, asObject } from "../../upstream/read.ts";

/**
 * Whether an address stands in the conversation: in what the user said, in a tool's result or in
 * what a search or a fetch gave. What only the model wrote does not count: a page must not be able to make
 * it carry secrets away in an address.
 *
 * Source: https://docs.anthropic.com/en/docs/agents-and-tools/tool-use/web-fetch-tool (URL validation)
 */
export function isInConversation(url: string, messages: readonly Message[]): boolean {
  const wanted = normalise(url);
  if (wanted === null) return false;
  return messages.some((message) => givenTexts(message).some((text) => addressesIn(text).has(wanted)));
}

function givenTexts({ role, content }: Message): string[] {
  if (role === "system") return [];
  if (typeof content === "string") return role === "user" ? [content] : [];
  const given = role === "user" ? content : content.filter(isServerResult);
  return given.flatMap(textsIn);
}

function isServerResult({ type }: ContentBlock): boolean {
  return type === "web_search_tool_result" || type === "web_fetch_tool_result";
}

/** Every text in a block, whatever its nesting; files in base64 are none. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  const fields = asObject(value);
  if (fields === undefined) return [];
  if (fields["type"] === "base64") return [];
  return asArray(Object.values(fields)).flatMap(textsIn);
}

/** Words that are addresses, cut both at blanks alone and at brackets and quotes. */
function addressesIn(text: string): Set<string> {
  const words = [...text.split(/[\s"'<>`|\\]+/), ...text.split(/[\s"'<>`|\\()[\]{},]+/)];
  const found = new Set<string>();
  for (const word of words) {
    if (!word.includes(".") || word.length > 2_048) continue;
    const address = normalise(word.replace(/[.,;:!?*_]+$/, ""));
    if (address !== null) found.add(address);
  }
  return found;
}

/** An address without what makes no difference: scheme, fragment, a slash at the end. */
function normalise(text: string): string | null {
  const url = URL.parse(/^https?:\/\//i.test(text) ? text : `https://${text}`);
  if (url === null || !url.hostname.includes(".")) return null;
  return `${url.host}${url.pathname.replace(/\/$/, "")}${url.search}`;
}

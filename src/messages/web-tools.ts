import { invalidRequest } from "./api-error.ts";
import {
  at,
  echo,
  type Fields,
  isAbsent,
  optional,
  requireArray,
  requireFields,
  requireInteger,
  requireOneOf,
  requireText,
} from "./check.ts";

/** The server tools that a bridge can run, by the name that their `type` fixes. */
export type WebToolName = "web_search" | "web_fetch";

/** Every dated version has the same meaning here; they differ in who else may call the tool. */
const WEB_TOOL = /^(web_search|web_fetch)_\d{8}$/;

/** Which web tool a tool's `type` names; null for every other tool, whatever it is called. */
export function webToolOf(type: unknown): WebToolName | null {
  const name = typeof type === "string" ? WEB_TOOL.exec(type)?.[1] : undefined;
  return name === "web_search" || name === "web_fetch" ? name : null;
}

/**
 * The parameters of a web tool. Empty domain lists are as absent: Claude Code always sends both.
 * Throws ApiError 400 naming the path.
 *
 * Source: https://docs.anthropic.com/en/docs/agents-and-tools/tool-use/web-search-tool and
 * https://docs.anthropic.com/en/docs/agents-and-tools/tool-use/web-fetch-tool
 */
export function checkWebTool(tool: Fields, name: WebToolName, path: string): void {
  requireOneOf(tool["name"], at(path, "name"), [name]);
  optional(tool, "max_uses", path, (value, where) => requireInteger(value, where, 1));
  optional(tool, "max_content_tokens", path, (value, where) => requireInteger(value, where, 1));
  optional(tool, "user_location", path, requireFields);
  const allowed = checkDomains(tool, "allowed_domains", path);
  const blocked = checkDomains(tool, "blocked_domains", path);
  if (allowed > 0 && blocked > 0) {
    throw invalidRequest(at(path, "blocked_domains"), "may not be given together with allowed_domains");
  }
  checkCallers(tool, path);
  if (!isAbsent(tool["url_sources"])) {
    throw invalidRequest(at(path, "url_sources"), "is not supported here; remove it");
  }
}

function checkDomains(tool: Fields, key: string, path: string): number {
  const list = tool[key];
  if (isAbsent(list)) return 0;
  const domains = requireArray(list, at(path, key));
  for (const [n, domain] of domains.entries()) requireText(domain, at(at(path, key), n));
  return domains.length;
}

/** There is no code execution here that could call the tool instead of the model. */
function checkCallers(tool: Fields, path: string): void {
  const callers = tool["allowed_callers"];
  if (isAbsent(callers)) return;
  const where = at(path, "allowed_callers");
  const list = requireArray(callers, where);
  if (list.length === 0 || list.includes("direct")) return;
  throw invalidRequest(where, `${echo(String(list[0]))} is not supported here; add 'direct'`);
}

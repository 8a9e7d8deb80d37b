import type { ServerTool } from "./server-tool.ts";

/**
 * Whether a tool's domain lists let an address through. An entry is a host, which stands for its
 * subdomains too, and may have a path, which stands for everything below it.
 *
 * Source: https://docs.anthropic.com/en/docs/agents-and-tools/tool-use/web-search-tool (domain filtering)
 */
export function allowsUrl(
  { allowed, blocked }: Pick<ServerTool, "allowed" | "blocked">,
  url: string,
): boolean {
  const target = URL.parse(url);
  if (target === null) return false;
  if (blocked.some((entry) => covers(entry, target))) return false;
  return allowed.length === 0 || allowed.some((entry) => covers(entry, target));
}

function covers(entry: string, target: URL): boolean {
  const rule = URL.parse(
    `https://${entry
      .trim()
      .replace(/^[a-z]+:\/\//i, "")
      .replace(/^\*\./, "")}`,
  );
  if (rule === null) return false;
  const sameHost = target.hostname === rule.hostname || target.hostname.endsWith(`.${rule.hostname}`);
  const path = rule.pathname.replace(/[/*]+$/, "");
  return sameHost && (target.pathname === path || target.pathname.startsWith(`${path}/`) || path === "");
}

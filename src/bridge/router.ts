import { ApiError } from "../messages/api-error.ts";

export type Route =
  | { name: "messages" | "count-tokens" | "models" | "hello" | "health" | "metrics" | "options" }
  | { name: "model"; id: string };

interface RouteRule {
  path: RegExp;
  methods: string[];
  route(match: RegExpExecArray): Route;
}

const RULES: RouteRule[] = [
  { path: /^\/v1\/messages\/?$/, methods: ["POST"], route: () => ({ name: "messages" }) },
  { path: /^\/v1\/messages\/count_tokens\/?$/, methods: ["POST"], route: () => ({ name: "count-tokens" }) },
  { path: /^\/v1\/models\/?$/, methods: ["GET", "HEAD"], route: () => ({ name: "models" }) },
  {
    path: /^\/v1\/models\/(.+)$/,
    methods: ["GET", "HEAD"],
    route: (match) => ({ name: "model", id: decodePath(match[1] ?? "") }),
  },
  { path: /^\/(?:api\/hello)?$/, methods: ["GET", "HEAD"], route: () => ({ name: "hello" }) },
  { path: /^\/health$/, methods: ["GET", "HEAD"], route: () => ({ name: "health" }) },
  { path: /^\/metrics$/, methods: ["GET", "HEAD"], route: () => ({ name: "metrics" }) },
];

/**
 * Finds the route of a request by its path alone; the query never changes it. Throws ApiError 404
 * for an unknown path and 405 (with `allow`) for a wrong method.
 */
export function findRoute(method: string, target: string): Route {
  if (method === "OPTIONS") return { name: "options" };
  const path = pathOf(target);
  for (const rule of RULES) {
    const match = rule.path.exec(path);
    if (match === null) continue;
    if (rule.methods.includes(method)) return rule.route(match);
    throw new ApiError("invalid_request_error", `method: ${method} is not allowed here`, {
      status: 405,
      headers: { allow: rule.methods.join(", ") },
    });
  }
  throw new ApiError("not_found_error", "Not found: there is no such route");
}

/** The path, without query, of an origin-form or absolute-form request target. */
export function pathOf(target: string): string {
  const path = target.replace(/^https?:\/\/[^/?#]*/i, "").replace(/[?#].*$/s, "");
  return path === "" ? "/" : path;
}

export function queryOf(target: string): URLSearchParams {
  return new URLSearchParams(/\?([^#]*)/.exec(target)?.[1] ?? "");
}

function decodePath(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

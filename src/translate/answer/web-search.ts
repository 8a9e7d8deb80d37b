import { asArray, asObject } from "../../upstream/read.ts";
import { parseJson, stringifyJson } from "../../wire/json.ts";
import type { DeclaredTool, Intervention } from "../context.ts";

const ALLOWED = "allowed_domains";
const BLOCKED = "blocked_domains";

/**
 * Claude Code's validation names an unexpected parameter in the error it shows the model, so the
 * name is the message.
 */
const NOTHING_LEFT = "every_allowed_domain_is_also_blocked";

/** The tools whose arguments must be whole before any of it goes out. */
export function isWebSearch(tool: DeclaredTool | undefined): boolean {
  const properties = asObject(tool?.schema["properties"]);
  return (
    tool?.name === "WebSearch" && properties?.[ALLOWED] !== undefined && properties[BLOCKED] !== undefined
  );
}

/**
 * Claude Code's WebSearch refuses a call that fills both domain lists, as small models do. Empty
 * lists are left out; of two filled ones the allowed domains that are not blocked remain. When none
 * does, the call is made invalid, so that the model learns of it and can ask again.
 */
export function repairWebSearch(json: string): { json: string; interventions: Intervention[] } {
  const input = asObject(parseJson(json));
  if (input === undefined) return { json, interventions: [] };
  const paths: string[] = [];
  for (const key of [ALLOWED, BLOCKED]) {
    if (Array.isArray(input[key]) && input[key].length === 0) {
      delete input[key];
      paths.push(key);
    }
  }
  const blocked = new Set(asArray(input[BLOCKED]));
  const both = asArray(input[ALLOWED]).length > 0 && blocked.size > 0;
  const left = asArray(input[ALLOWED]).filter((domain) => !blocked.has(domain));
  if (both && left.length === 0) {
    input[NOTHING_LEFT] = true;
    return {
      json: stringifyJson(input),
      interventions: [{ code: "web-search-refused", tool: "WebSearch", path: ALLOWED }],
    };
  }
  if (both) {
    input[ALLOWED] = left;
    delete input[BLOCKED];
    paths.push(BLOCKED);
  }
  if (paths.length === 0) return { json, interventions: [] };
  return {
    json: stringifyJson(input),
    interventions: paths.map((path) => ({ code: "web-search-domains", tool: "WebSearch", path })),
  };
}

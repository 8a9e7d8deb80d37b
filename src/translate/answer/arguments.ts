import { jsonrepair } from "jsonrepair";
import type { Intervention } from "../context.ts";
import { accepts } from "./schema-check.ts";

export interface ArgumentsInput {
  /** Everything received, without blanks in front. */
  raw: string;
  /** What was already passed on to the client: it cannot be taken back. */
  sent: string;
  tool: string;
  /** The declared schema; undefined for a tool that was not declared. */
  schema: Record<string, unknown> | undefined;
  repair: boolean;
}

export type ArgumentsResult = { json: string; interventions: Intervention[] } | { problem: string };

/**
 * The final JSON text of a call that the upstream says is complete. Nothing stands for `{}`; an object
 * inside a JSON string is unwrapped once; text that is no JSON is repaired only if it is closed, if
 * what was already sent stays as it is and if the tool's own schema then accepts it. Everything else
 * is a problem: a call is never completed by guessing.
 */
export function finishArguments(input: ArgumentsInput): ArgumentsResult {
  const text = input.raw.trim();
  if (text === "" || text === "null") return { json: "{}", interventions: [] };
  const value = tryParse(text);
  if (isObject(value)) return continuing(input, { json: input.raw, interventions: [] });
  if (typeof value === "string") return unwrap(value, input);
  if (value !== undefined) return { problem: "are not a JSON object" };
  return input.repair ? repair(text, input) : { problem: "are not valid JSON" };
}

function unwrap(inner: string, input: ArgumentsInput): ArgumentsResult {
  const text = inner.trim();
  if (!isObject(tryParse(text))) return { problem: "are not a JSON object" };
  return { json: text, interventions: [{ code: "arguments-unwrapped", tool: input.tool, path: "" }] };
}

function repair(text: string, input: ArgumentsInput): ArgumentsResult {
  const problem = { problem: "are not valid JSON" };
  if (!/\}\s*(?:```)?$/.test(text) || input.schema === undefined) return problem;
  const json = tryRepair(text)?.trim();
  const value = json === undefined ? undefined : tryParse(json);
  if (json === undefined || !isObject(value) || !accepts(input.schema, value)) return problem;
  return continuing(input, {
    json,
    interventions: [{ code: "arguments-repaired", tool: input.tool, path: "" }],
  });
}

function continuing(
  input: ArgumentsInput,
  result: { json: string; interventions: Intervention[] },
): ArgumentsResult {
  return result.json.startsWith(input.sent) ? result : { problem: "are not valid JSON" };
}

function tryRepair(text: string): string | undefined {
  try {
    return jsonrepair(text);
  } catch {
    return undefined;
  }
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

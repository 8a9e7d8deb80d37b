import { jsonOf } from "../json.ts";
import { isRecord, listOf, recordOf } from "../path.ts";

/** Names of a request's tools, with their schemas. */
export type DeclaredTools = ReadonlyMap<string, Record<string, unknown>>;

interface Text {
  text: string;
  /** It never ends by itself. */
  loops: boolean;
  /** Its bytes are UTF-8. */
  valid: boolean;
}

const FORCED = "the engine's grammar forces other words than a broken or undeclared call";

/**
 * Why a model that llama.cpp holds to a grammar cannot say this (`chat-jinja-broken` and others of the wire
 * captures): once a call begins, only whole calls of declared tools with fitting arguments come out, and nothing else.
 */
export function grammarObjection({ text, loops, valid }: Text, tools: DeclaredTools): string | null {
  if (!valid) return "the engine lets no broken character out";
  const start = text.indexOf("<tool_call>");
  if (start === -1 || tools.size === 0) return null;
  if (loops) return FORCED;
  const calls = text.slice(start).split("</tool_call>");
  if (calls.pop()?.trim() !== "") return FORCED;
  return calls.every((call) => isCall(call.trim(), tools)) ? null : FORCED;
}

function isCall(text: string, tools: DeclaredTools): boolean {
  const call = jsonOf(text.replace(/^<tool_call>/, ""));
  if (!isRecord(call) || Object.keys(call).join() !== "name,arguments") return false;
  const schema = tools.get(String(call["name"]));
  return schema !== undefined && fits(call["arguments"], schema);
}

/** Members in the order of the schema, none missing, none more, each of its type. */
function fits(value: unknown, schema: Record<string, unknown>): boolean {
  if (!isRecord(value)) return false;
  const properties = recordOf(schema["properties"]);
  const places = Object.keys(value).map((key) => Object.keys(properties).indexOf(key));
  if (places.some((place, i) => place === -1 || place < (places[i - 1] ?? 0))) return false;
  if (!listOf(schema["required"]).every((key) => String(key) in value)) return false;
  return Object.entries(value).every(([key, one]) => isOfType(one, recordOf(properties[key])["type"]));
}

function isOfType(value: unknown, type: unknown): boolean {
  if (type === "integer") return Number.isInteger(value);
  if (type === "array") return Array.isArray(value);
  if (type === "object") return isRecord(value);
  return type === undefined || typeof value === type;
}

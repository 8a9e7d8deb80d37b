import { write } from "../go-json.ts";
import { goArguments } from "../go-value.ts";
import type { ToolUse } from "./engine.ts";

/** A call found in model text and where the text behind it begins. */
export interface FoundCall {
  call: ToolUse;
  end: number;
}

/**
 * Ollama's Go path does not parse a call: it looks for the name of a declared tool anywhere in the
 * text, then for the first object of balanced braces that is valid JSON. That is why prose which
 * names both becomes a call, and why a broken or undeclared one vanishes.
 *
 * Observed: chat-go-quote, -broken, -argsarr, -argsstr, -noargs, -unknowntool.
 */
export function findCall(text: string, names: readonly string[]): FoundCall | null {
  if (endsInsideName(text, names)) return null;
  const named = firstName(text, names);
  if (named === null) return null;
  const object = firstObject(text);
  if (object === null) return null;
  const args = argumentsIn(object.value, named.name);
  if (args === "none") return null;
  const found = args ?? object.value;
  const call = { name: named.name, arguments: goArguments(found, () => write(found), true) };
  return { call, end: Math.max(named.end, object.end) };
}

/** `get` at the end may become `get_weather`: wait. */
function endsInsideName(text: string, names: readonly string[]): boolean {
  return names.some((name) => {
    for (let length = 1; length < name.length; length += 1) {
      if (text.endsWith(name.slice(0, length))) return true;
    }
    return false;
  });
}

function firstName(text: string, names: readonly string[]): { name: string; end: number } | null {
  const hits = names
    .map((name) => ({ name, at: text.indexOf(name) }))
    .filter(({ at }) => at !== -1)
    .sort((a, b) => a.at - b.at || b.name.length - a.name.length);
  const best = hits[0];
  return best === undefined ? null : { name: best.name, end: best.at + best.name.length };
}

function firstObject(text: string): { value: Record<string, unknown>; end: number } | null {
  let start = -1;
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i += 1) {
    const c = text[i];
    if (c === "\\") i += 1;
    else if (c === '"') inString = !inString;
    else if (inString) continue;
    else if (c === "{") {
      if (depth === 0) start = i;
      depth += 1;
    } else if (c === "}") {
      depth = Math.max(0, depth - 1);
      if (depth > 0 || start === -1) continue;
      const value = parseObject(text.slice(start, i + 1));
      if (value !== null) return { value, end: i + 1 };
      start = -1;
    }
  }
  return null;
}

/** The arguments inside an object; `none` when it names a tool but has none, undefined when it is the arguments. */
function argumentsIn(
  object: Record<string, unknown>,
  tool: string,
): Record<string, unknown> | "none" | undefined {
  if ("name" in object) return asObject(object["arguments"]) ?? asObject(object["parameters"]) ?? "none";
  if (isObject(object[tool])) return object[tool];
  for (const child of Object.values(object).flat()) {
    const found = isObject(child) ? argumentsIn(child, tool) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function asObject(value: unknown): Record<string, unknown> | undefined {
  if (isObject(value)) return value;
  return typeof value === "string" ? (parseObject(value) ?? undefined) : undefined;
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value)) return null;
    goArguments(value, () => text);
    return value;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

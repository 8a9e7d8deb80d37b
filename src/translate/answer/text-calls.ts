import { sliceJson } from "../../wire/json.ts";
import type { DeclaredTool } from "../context.ts";
import { JsonProgress } from "./json-progress.ts";
import { accepts } from "./schema-check.ts";

/** A call that a model wrote as plain text. */
export interface TextCall {
  /** As the model wrote it: the upstream's name of a declared tool. */
  name: string;
  /** JSON text of an object that the tool's schema accepts. */
  arguments: string;
}

/** The declared tool behind an upstream name. */
export type FindTool = (upstreamName: string) => DeclaredTool | undefined;

/** Ends of text that leak from a chat template together with its calls. */
const END_TOKEN = /<\|(?:im_end|eot_id|eom_id|endoftext)\|>$|<\/s>$/;

/**
 * The calls in a text that is nothing but calls, in the notations of Hermes and Qwen (`<tool_call>`),
 * Qwen Coder and Llama (`<function=…>`), Mistral (`[TOOL_CALLS]`), or JSON, alone or in a fence. Null
 * when anything else is in it, when a tool is not declared, or when a schema refuses its arguments.
 */
export function readTextCalls(text: string, find: FindTool): TextCall[] | null {
  const calls = readNotation(text.trim().replace(END_TOKEN, "").trim(), find);
  if (calls === null || calls.length === 0) return null;
  return calls.every((call) => isAccepted(call, find)) ? calls : null;
}

function isAccepted(call: TextCall, find: FindTool): boolean {
  const tool = find(call.name);
  return tool !== undefined && accepts(tool.schema, JSON.parse(call.arguments));
}

function readNotation(text: string, find: FindTool): TextCall[] | null {
  if (text.startsWith("<tool_call>")) return readTagged(text, find);
  if (text.startsWith("<function=")) return readFunctions(text, find);
  if (text.startsWith("[TOOL_CALLS]")) return readMistral(text.slice("[TOOL_CALLS]".length).trim());
  const fenced = /^```(?:json|tool_call)?\s*\n([^]*?)\n?\s*```$/.exec(text)?.[1];
  return readJson(fenced ?? text.replace(/^<\|python_tag\|>/, ""));
}

/** Calls one after the other, each in its tag; the last tag may be missing, as models stop without it. */
function readTagged(text: string, find: FindTool): TextCall[] | null {
  const calls: TextCall[] = [];
  let rest = text;
  while (rest !== "") {
    if (!rest.startsWith("<tool_call>")) return null;
    rest = rest.slice("<tool_call>".length).trimStart();
    const taken = rest.startsWith("<function=") ? takeFunction(rest, find) : takeJson(rest);
    if (taken === null) return null;
    calls.push(taken.call);
    rest = taken.rest.trimStart();
    if (rest.startsWith("</tool_call>")) rest = rest.slice("</tool_call>".length).trimStart();
    else if (rest !== "") return null;
  }
  return calls;
}

function readFunctions(text: string, find: FindTool): TextCall[] | null {
  const calls: TextCall[] = [];
  let rest = text;
  while (rest !== "") {
    const taken = takeFunction(rest, find);
    if (taken === null) return null;
    calls.push(taken.call);
    rest = taken.rest.trimStart();
  }
  return calls;
}

/** A list of calls, or `name[ARGS]{…}` as the newer templates have it. */
function readMistral(text: string): TextCall[] | null {
  const named = /^([\w.-]+)\[ARGS\]([^]*)$/.exec(text);
  if (named?.[1] !== undefined && named[2] !== undefined) return readMistralArguments(named[1], named[2]);
  if (!text.startsWith("[")) return readJson(text);
  const list = parse(text);
  if (!Array.isArray(list)) return null;
  const calls = list.map((_entry, n) => readCall(sliceJson(text, [n]) ?? ""));
  return calls.every((call) => call !== null) ? calls : null;
}

function readMistralArguments(name: string, text: string): TextCall[] | null {
  return isObject(parse(text)) ? [{ name, arguments: text.trim() }] : null;
}

function readJson(text: string): TextCall[] | null {
  const call = readCall(text.trim());
  return call === null ? null : [call];
}

type Taken = { call: TextCall; rest: string } | null;

function takeJson(text: string): Taken {
  const progress = new JsonProgress();
  const length = progress.push(text);
  if (!progress.complete) return null;
  const call = readCall(text.slice(0, length));
  return call === null ? null : { call, rest: text.slice(length) };
}

const CALL_KEYS: ReadonlySet<string> = new Set(["name", "arguments", "parameters", "id", "type"]);

function readCall(text: string): TextCall | null {
  const value = parse(text);
  if (!isObject(value) || Object.keys(value).some((key) => !CALL_KEYS.has(key))) return null;
  const { name } = value;
  const key = "arguments" in value ? "arguments" : "parameters";
  const input = sliceJson(text, [key]);
  return typeof name === "string" && isObject(value[key]) && input !== undefined
    ? { name, arguments: input }
    : null;
}

/** `<function=NAME>` with JSON or `<parameter=KEY>` elements in it. */
function takeFunction(text: string, find: FindTool): Taken {
  const [head = "", name = "", body = ""] = /^<function=([\w.-]+)>([^]*?)(?:<\/function>|$)/.exec(text) ?? [];
  if (head === "") return null;
  const input = body.trim().startsWith("{") ? body.trim() : parametersOf(body, find(name)?.schema);
  if (input === null || !isObject(parse(input))) return null;
  return { call: { name, arguments: input }, rest: text.slice(head.length) };
}

function parametersOf(body: string, schema: Record<string, unknown> | undefined): string | null {
  const element = /\s*<parameter=([\w.-]+)>\n?([^]*?)\n?<\/parameter>\s*/y;
  const types = isObject(schema?.["properties"]) ? schema["properties"] : {};
  const values: [string, unknown][] = [];
  let at = 0;
  while (body.slice(at).trim() !== "") {
    element.lastIndex = at;
    const found = element.exec(body);
    if (found?.[1] === undefined || found[2] === undefined) return null;
    values.push([found[1], typedValue(found[2], types[found[1]])]);
    at = element.lastIndex;
  }
  return JSON.stringify(Object.fromEntries(values));
}

/** Without quotes in the notation, only the schema tells a text from a number. */
function typedValue(text: string, schema: unknown): unknown {
  const type = isObject(schema) ? schema["type"] : undefined;
  if (type === "string" || type === undefined) return text;
  return parse(text) ?? text;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

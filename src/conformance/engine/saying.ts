import { webToolOf } from "../../messages/web-tools.ts";
import { functionOf } from "../../translate/server-tools/server-tool.ts";
import { jsonOf } from "../json.ts";
import { createHash } from "node:crypto";
import { toolCall } from "../../scripted/pieces.ts";
import type { ModelScript } from "../../scripted/script.ts";
import type { AnswerItem } from "../case.ts";
import type { EngineWay } from "../options.ts";
import { isRecord, listOf, recordOf } from "../path.ts";
import type { Send } from "../send.ts";
import { fragmentsOf, piecesOf } from "../upstream-answer/plan.ts";
import { grammarObjection, type DeclaredTools } from "./grammar.ts";

type Said = Pick<ModelScript, "pieces" | "loop">;

/** What a real engine's model says for a send, or in words why it cannot be made to. */
export type Saying = { scripts: readonly ModelScript[] } | { cannot: string };

/** Characters. Longer texts are about size, which bytes show as well. */
const LONGEST = 4_000;

/** Characters. The model reads each byte as a token. */
const LONGEST_REQUEST = 100_000;

const BLIND = "the scripted model sees nothing";

const LARGE_REQUEST = "large requests are about the bridge";

/** What the model has to say for a send on an engine that runs it in one way, one script for each request of the bridge. */
export function sayingOf(send: Send, way: Pick<EngineWay, "mode">): Saying {
  const { says, answers, request } = send;
  if (says === null && answers.length !== 1 && !(answers.length > 1 && searches(request ?? {})))
    return { cannot: "several answers to one request are bytes of our own server" };
  const scripts: ModelScript[] = [];
  for (const said of says === null ? answers.map((answer) => neutral(answer, send, way)) : [tokens(says)]) {
    const objection = typeof said === "string" ? said : objectionTo(said, send, way);
    if (typeof said === "string" || objection !== null) return { cannot: objection ?? "" };
    scripts.push({ marker: markerOf(said), ...said });
  }
  return { scripts };
}

/** The bridge runs a tool of the request itself, and then asks the model again. */
function searches(request: Record<string, unknown>): boolean {
  return listOf(request["tools"]).some((tool) => webToolOf(recordOf(tool)["type"]) !== null);
}

function tokens(says: NonNullable<Send["says"]>): Said {
  return Array.isArray(says) ? { pieces: says } : says;
}

/** Equal words have one marker, whatever sends want them. */
function markerOf(said: Said): string {
  const digest = createHash("sha256").update(JSON.stringify(said)).digest("hex");
  return `[[say-${digest.slice(0, 12)}]]`;
}

function neutral(answer: readonly AnswerItem[], send: Send, way: Pick<EngineWay, "mode">): Said | string {
  if (send.split !== "line") return "how an engine's bytes are cut is not ours to choose";
  const pieces: string[] = [];
  let isFirst = true;
  let hasCalled = false;
  for (const item of answer) {
    const words = wordsOf(item, { isFirst, hasCalled, way });
    if (typeof words === "string") return words;
    pieces.push(...(hasCalled && "call" in item ? ["\n"] : []), ...words);
    isFirst = false;
    hasCalled ||= "call" in item;
  }
  return { pieces };
}

interface Place {
  isFirst: boolean;
  hasCalled: boolean;
  way: Pick<EngineWay, "mode">;
}

/** Pieces, or why there are none. */
function wordsOf(item: AnswerItem, { isFirst, hasCalled, way }: Place): string[] | string {
  if ("text" in item) {
    if (hasCalled && way.mode !== "parser") return "an engine drops or forbids text after a call";
    const pieces = piecesOf(item.text, item.by);
    return /<tool_call|<think/.test(pieces.join(""))
      ? "an engine takes this text for a call or a thought"
      : pieces;
  }
  if ("reasoning" in item) {
    if (!isFirst) return "a model's thought is one only before all else";
    return ["<think>\n", ...piecesOf(item.reasoning, item.by), "</think>\n\n"];
  }
  if ("call" in item) {
    const { id, name, index } = item.call;
    if (id !== undefined || index !== undefined) return "ids and positions of calls are the engine's own";
    const raw = fragmentsOf(item.call).join("");
    const args = jsonOf(raw);
    if (name === undefined || !isRecord(args) || JSON.stringify(args) !== raw || raw.includes("__proto__"))
      return "an engine takes arguments that are an object alone, and writes them out in its own way";
    return toolCall(name, args);
  }
  if ("finish" in item) {
    const plain = item.finish === "stop" || item.finish === "tool_calls";
    return plain ? [] : "how an answer ends is the engine's own affair";
  }
  return "frames, bytes, statuses, silence and token counts are our own server's";
}

function objectionTo({ pieces, loop }: Said, send: Send, { mode }: Pick<EngineWay, "mode">): string | null {
  const bytes = Buffer.concat(
    pieces.map((piece) => Buffer.from(typeof piece === "number" ? [piece] : piece)),
  );
  const text = bytes.toString("utf8");
  if (text.length > LONGEST || text.includes("<<repeat:")) return "large answers are bytes of our own server";
  if (text.includes("${web}")) return "what a model says is fixed before the web's address is known";
  if (text.includes("\u0000")) return "a model has no token for U+0000";
  const request = send.request ?? {};
  const objection =
    requestObjection(request, text) ??
    bodyObjection(send.body, text) ??
    expectationObjection(send, pieces, mode);
  if (objection !== null) return objection;
  if (send.says === null && mode === "parser" && /\s$/u.test(text))
    return "the engine's parser drops a space at the end";
  const tools = declared(request);
  if (send.says === null && mode !== "jinja" && mode !== null) return callsUndeclared(text, tools);
  const grammar = mode === "jinja" || mode === null;
  return grammar
    ? grammarObjection({ text, loops: loop !== undefined, valid: Buffer.from(text).equals(bytes) }, tools)
    : null;
}

function requestObjection(request: Record<string, unknown>, text: string): string | null {
  const all = JSON.stringify(request);
  if (all.length > LONGEST_REQUEST || all.includes("<<repeat:")) return LARGE_REQUEST;
  const model = request["model"];
  if (typeof model === "string" && model !== "scripted") return "the engine plays one model only";
  if (all.includes('"type":"image"')) return BLIND;
  const { type: thinks } = recordOf(request["thinking"]) as { type?: unknown };
  if (text.startsWith("<think>") && thinks !== "enabled" && thinks !== "adaptive")
    return "a model that is told not to think is not made to";
  if ("output_config" in request || "output_format" in request)
    return "a format's grammar forces other words";
  const { type: choice } = recordOf(request["tool_choice"]) as { type?: unknown };
  if (choice === "any" || choice === "tool" || (choice === "none" && text.includes("<tool_call>")))
    return "a choice of tools is a grammar, or no tools at all, to an engine";
  return null;
}

function bodyObjection(body: Send["body"], text: string): string | null {
  if (body === null) return null;
  if (body.length > LONGEST_REQUEST) return LARGE_REQUEST;
  if (typeof body === "string" && body.includes('"type":"image"')) return BLIND;
  if (text.includes("<tool_call>")) return "what a body written out byte by byte declares is not read";
  return typeof body === "string" && body.includes("1e400")
    ? "an engine reads no number beyond a double"
    : null;
}

function expectationObjection(
  { says, request, expect }: Send,
  pieces: Said["pieces"],
  mode: EngineWay["mode"],
): string | null {
  const limit = request?.["max_tokens"];
  if (says !== null && typeof limit === "number" && limit <= pieces.length)
    return "which word a limit falls on depends on how an engine counts tokens";
  const expected = JSON.stringify(expect);
  if (expected.includes("answered-within")) return "how long an engine reads is its own affair";
  if (mode === "go" && expected.includes('"raw":'))
    return "Ollama gives arguments in any order in its Go way";
  const counts = /usage(?!\.server_tool_use)/.test(expected) || expected.includes("answer.same-as");
  return counts ? "an engine counts its own tokens" : null;
}

function declared(request: Record<string, unknown>): DeclaredTools {
  return new Map(
    listOf(request["tools"]).map((tool) => {
      const { name, type, input_schema: schema } = recordOf(tool);
      const web = webToolOf(type);
      return [String(name), web === null ? recordOf(schema) : functionOf(web).schema];
    }),
  );
}

function callsUndeclared(text: string, tools: DeclaredTools): string | null {
  const names = [...text.matchAll(/<tool_call>\n\{"name":"([^"]*)"/g)].map(([, name = ""]) => name);
  return names.every((name) => tools.has(name))
    ? null
    : "an engine makes no call of a tool that is not declared";
}

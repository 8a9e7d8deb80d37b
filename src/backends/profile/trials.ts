import type { Dialect } from "../../upstream/delta.ts";
import { asArray, asObject, asText, type JsonObject } from "../../upstream/read.ts";
import type { Reply } from "./ask.ts";

/** What is tried of a model, each with one short request. */
export type Trial = "warm-up" | "tools" | "thinking" | "levels" | "vision" | "structured";

/** Tokens of an answer: enough to show that something is done, too few to take time. */
const FEW = 32;

/** Where thinking cannot be turned off, what comes before the answer counts too. */
const MORE = 256;

const TOOL = {
  type: "function",
  function: {
    name: "get_time",
    description: "Tells the time in a city.",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
};

const SCHEMA = { type: "object", properties: { ok: { type: "boolean" } }, required: ["ok"] };

/** A PNG of one white pixel. */
const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg==";

const PROMPTS: Readonly<Record<Trial, string>> = {
  "warm-up": "Say OK.",
  tools: "What time is it in Oslo? Use the tool.",
  thinking: "Is 91 a prime number?",
  levels: "Is 91 a prime number?",
  vision: "What colour is this?",
  structured: "Is water wet? Answer in JSON.",
};

/** The request of a trial, not streamed. `context` in tokens: another one would load the model anew. */
export function trialBody(trial: Trial, dialect: Dialect, model: string, context: number | null): object {
  return dialect === "ollama" ? ollamaBody(trial, model, context) : openAiBody(trial, model);
}

function ollamaBody(trial: Trial, model: string, context: number | null): object {
  const user = { role: "user", content: PROMPTS[trial], ...(trial === "vision" && { images: [PIXEL] }) };
  return {
    model,
    messages: [user],
    stream: false,
    ...(trial === "tools" && { tools: [TOOL] }),
    // A model that thinks first would have no token left for its answer.
    ...(trial === "structured" && { format: SCHEMA, think: false }),
    ...(trial === "thinking" && { think: true }),
    ...(trial === "levels" && { think: "low" }),
    options: { num_predict: tokensOf(trial), ...(context !== null && { num_ctx: context }) },
  };
}

function openAiBody(trial: Trial, model: string): object {
  const image = { type: "image_url", image_url: { url: `data:image/png;base64,${PIXEL}` } };
  const text = { type: "text", text: PROMPTS[trial] };
  const schema = { name: "answer", strict: true, schema: { ...SCHEMA, additionalProperties: false } };
  return {
    model,
    messages: [{ role: "user", content: trial === "vision" ? [text, image] : text.text }],
    max_tokens: tokensOf(trial, trial === "structured" ? MORE : FEW),
    ...(trial === "tools" && { tools: [TOOL] }),
    ...(trial === "structured" && { response_format: { type: "json_schema", json_schema: schema } }),
    ...(trial === "levels" && { reasoning_effort: "low" }),
  };
}

function tokensOf(trial: Trial, few: number = FEW): number {
  return trial === "warm-up" || trial === "vision" ? 1 : few;
}

/** What a trial showed; null: nothing either way. */
export function outcomeOf(trial: Trial, reply: Reply | null): { has: boolean | null; from: string } {
  if (reply === null) return { has: null, from: "no answer" };
  if (reply.status !== 200) return refusal(trial, reply);
  const { content, reasoning, calls } = saidIn(reply.json);
  if (trial === "structured")
    return isAnswer(content)
      ? { has: true, from: "it kept to a schema" }
      : { has: false, from: "it did not keep to a schema" };
  if (trial === "thinking")
    return reasoning === "" ? { has: null, from: "it did not think" } : { has: true, from: "it thought" };
  if (trial === "tools")
    return { has: true, from: calls > 0 ? "it called a tool" : "tools were accepted, and it called none" };
  return { has: true, from: "it was accepted" };
}

const SUBJECT: Readonly<Record<Trial, RegExp>> = {
  "warm-up": /$^/u,
  tools: /tool|function|jinja|grammar/iu,
  thinking: /think|reason/iu,
  levels: /think|reason|effort/iu,
  vision: /image|vision|multimodal|mmproj|content type/iu,
  structured: /format|schema|grammar/iu,
};

function refusal(trial: Trial, { status, text, json }: Reply): { has: boolean | null; from: string } {
  const error = asObject(json)?.["error"];
  const message = asText(error) ?? asText(asObject(error)?.["message"]) ?? text;
  const from = `answered ${status}: ${message.replaceAll(/\s+/gu, " ").slice(0, 120)}`;
  return { has: SUBJECT[trial].test(message) ? false : null, from };
}

function saidIn(json: unknown): { content: string; reasoning: string; calls: number } {
  const answer = asObject(json) ?? {};
  const message: JsonObject =
    asObject(answer["message"]) ?? asObject(asObject(asArray(answer["choices"])[0])?.["message"]) ?? {};
  const reasoning = message["thinking"] ?? message["reasoning_content"] ?? message["reasoning"];
  return {
    content: asText(message["content"]) ?? "",
    reasoning: asText(reasoning) ?? "",
    calls: asArray(message["tool_calls"]).length,
  };
}

function isAnswer(content: string): boolean {
  try {
    return typeof asObject(JSON.parse(content))?.["ok"] === "boolean";
  } catch {
    return false;
  }
}

import type { UpstreamRequest } from "../delta.ts";
import type { ModelFlags } from "../flags.ts";
import { sameModel } from "../ollama/model-name.ts";
import { asArray, asObject, type JsonObject } from "../read.ts";

/**
 * What an OpenAI-compatible `/models` list says of one model. Nobody has to say anything, so only what
 * is said counts:
 * - context: `max_model_len` (vLLM), `meta.n_ctx` (llama-server; `n_ctx_train` is only what it could
 *   be), `context_window` (Groq), `context_length` (OpenRouter), `loaded_context_length` and
 *   `max_context_length` (LM Studio);
 * - output: `max_completion_tokens`, also under `top_provider`;
 * - images: `architecture.input_modalities` (OpenRouter), `type` (LM Studio);
 * - everything else: `supported_parameters` (OpenRouter).
 *
 * Sources: https://openrouter.ai/docs/api-reference/list-available-models,
 * https://console.groq.com/docs/models, https://lmstudio.ai/docs/developer/rest/endpoints,
 * https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html
 */
export function flagsFromModelList(json: unknown, model: string): Partial<ModelFlags> {
  const entry = modelEntry(json, model);
  if (entry === undefined) return {};
  return { ...sizes(entry), ...modalities(entry), ...parameters(entry) };
}

/**
 * Where the rest is told of a model that a list names, by those servers that tell it elsewhere:
 * llama-server in `/props`, LM Studio in its own list. Undefined when there is nothing more to ask.
 */
export function moreFacts(json: unknown, model: string): UpstreamRequest | undefined {
  const owner = modelEntry(json, model)?.["owned_by"];
  if (owner === "llamacpp") return { method: "GET", path: "/props", fromRoot: true };
  if (owner === "organization_owner") return { method: "GET", path: "/api/v0/models", fromRoot: true };
  return undefined;
}

/**
 * The list is that of an Ollama: it owns a model by the first part of its name, `library` where there is none.
 * Source: https://github.com/ollama/ollama/blob/main/openai/openai.go
 */
export function isOllamaList(json: unknown, model: string): boolean {
  return asArray(asObject(json)?.["data"]).some((item) => {
    const { id, owned_by: owner } = asObject(item) ?? {};
    if (typeof id !== "string" || typeof owner !== "string" || !sameModel(id, model)) return false;
    return owner === "library" || (id.includes(":") && id.startsWith(`${owner}/`));
  });
}

/**
 * What `/props` of llama-server says of the model it runs: the context of one slot, and whether it sees.
 * Source: https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md#get-props
 */
export function flagsFromProps(json: unknown): Partial<ModelFlags> {
  const props = asObject(json);
  const contextWindow = tokens(asObject(props?.["default_generation_settings"])?.["n_ctx"]);
  const vision = asObject(props?.["modalities"])?.["vision"];
  return {
    ...(contextWindow === undefined ? {} : { contextWindow }),
    ...(typeof vision === "boolean" ? { vision } : {}),
  };
}

/** What a list says of a model. llama-server runs one, lists it by the path of its file, and answers to any name. */
export function modelEntry(json: unknown, model: string): JsonObject | undefined {
  const entries = asArray(asObject(json)?.["data"]).map(asObject);
  const named = entries.find((entry) => entry?.["id"] === model || entry?.["id"] === `models/${model}`);
  const [only, ...more] = entries;
  return named ?? (only?.["owned_by"] === "llamacpp" && more.length === 0 ? only : undefined);
}

function sizes(entry: JsonObject): Partial<ModelFlags> {
  const top = asObject(entry["top_provider"]);
  const contextWindow = firstCount(
    entry["max_model_len"],
    asObject(entry["meta"])?.["n_ctx"],
    entry["context_window"],
    entry["context_length"],
    entry["loaded_context_length"],
    entry["max_context_length"],
  );
  const maxOutput = firstCount(entry["max_completion_tokens"], top?.["max_completion_tokens"]);
  return {
    ...(contextWindow === undefined ? {} : { contextWindow }),
    ...(maxOutput === undefined ? {} : { maxOutput }),
  };
}

function modalities(entry: JsonObject): Partial<ModelFlags> {
  const inputs = asObject(entry["architecture"])?.["input_modalities"];
  if (Array.isArray(inputs)) return { vision: inputs.includes("image") };
  const { type } = entry;
  return type === "vlm" || type === "llm" ? { vision: type === "vlm" } : {};
}

function parameters(entry: JsonObject): Partial<ModelFlags> {
  const listed = entry["supported_parameters"];
  if (!Array.isArray(listed) || listed.length === 0) return {};
  return {
    tools: listed.includes("tools"),
    toolChoice: listed.includes("tool_choice"),
    topK: listed.includes("top_k"),
    structured: listed.includes("structured_outputs"),
    ...(listed.includes("reasoning") ? {} : { thinking: "none" }),
  };
}

function firstCount(...values: unknown[]): number | undefined {
  return values.map(tokens).find((count) => count !== undefined);
}

function tokens(value: unknown): number | undefined {
  return typeof value === "number" && Number.isInteger(value) && value > 0 ? value : undefined;
}

import type { Dialect, UpstreamRequest } from "./delta.ts";
import type { ModelFlags } from "./flags.ts";
import { contextInMemory } from "./ollama/memory.ts";
import { sameModel } from "./ollama/model-name.ts";
import { asArray, asObject, asText } from "./read.ts";

/** A model that a server says it has. */
export interface UpstreamModel {
  id: string;
  /** RFC 3339; null when the server does not say. */
  created: string | null;
}

/**
 * The context asked for when the model's own Modelfile names none. Claude Code's first request is
 * 12,000 tokens; Ollama's default may be 4,096, and it cuts what does not fit without a word.
 */
const DEFAULT_CONTEXT = 32_768;

export function ollamaShow(model: string): UpstreamRequest {
  return { method: "POST", path: "/api/show", body: JSON.stringify({ model }) };
}

/** Loads a model as any request without `num_ctx` does, `/v1/*` among them; costs no token. */
export function ollamaLoad(model: string): UpstreamRequest {
  return { method: "POST", path: "/api/generate", body: JSON.stringify({ model, stream: false }) };
}

export function ollamaPs(): UpstreamRequest {
  return { method: "GET", path: "/api/ps" };
}

/**
 * What `/api/show` says of a model: capabilities and the context to run it with (the Modelfile's
 * `num_ctx`, else the model's own limit up to `DEFAULT_CONTEXT`, and no more than fits into memory; all
 * of it for a model that runs on another host).
 * An old server that lists no capabilities says nothing of them.
 * Source: https://github.com/ollama/ollama/blob/main/docs/api.md#show-model-information
 * @param memory of the server's machine, in bytes; null when it is not known
 */
export function flagsFromShow(json: unknown, memory: number | null = null): Partial<ModelFlags> {
  const show = asObject(json);
  const remote = typeof show?.["remote_host"] === "string" && show["remote_host"] !== "";
  const here = memory === null ? undefined : contextInMemory(json, memory);
  const fitting = remote ? Infinity : Math.min(DEFAULT_CONTEXT, here ?? Infinity);
  return {
    ...(remote && { remote }),
    ...capabilityFlags(show?.["capabilities"]),
    ...contextFlags(statedContext(json), show?.["model_info"], fitting),
  };
}

/**
 * The context a model is loaded with, or null when it is not loaded. Asking for another one makes
 * Ollama load it anew.
 */
export function loadedContext(json: unknown, model: string): number | null {
  const entry = asArray(asObject(json)?.["models"])
    .map((item) => asObject(item))
    .find((item) => sameModel(asText(item?.["name"]) ?? "", model));
  return tokens(entry?.["context_length"]);
}

export function modelListRequest(dialect: Dialect): UpstreamRequest {
  return { method: "GET", path: dialect === "ollama" ? "/api/tags" : "/models" };
}

/** Null when the answer is no model list. */
export function readModelList(dialect: Dialect, json: unknown): UpstreamModel[] | null {
  const list = asObject(json)?.[dialect === "ollama" ? "models" : "data"];
  if (!Array.isArray(list)) return null;
  return list.flatMap((item) => {
    const entry = asObject(item);
    const id = entry?.["id"] ?? entry?.["name"];
    if (typeof id !== "string" || id === "") return [];
    return [{ id, created: readDate(entry?.["created"] ?? entry?.["modified_at"]) }];
  });
}

/** The Modelfile's `num_ctx`, which holds wherever a request asks for no other; null when there is none. */
export function statedContext(json: unknown): number | null {
  const parameters = asObject(json)?.["parameters"];
  const stated = typeof parameters === "string" ? /^num_ctx\s+(\d+)/m.exec(parameters)?.[1] : undefined;
  return stated === undefined ? null : Number(stated);
}

function capabilityFlags(capabilities: unknown): Partial<ModelFlags> {
  if (!Array.isArray(capabilities) || capabilities.length === 0) return {};
  return {
    tools: capabilities.includes("tools"),
    vision: capabilities.includes("vision"),
    thinking: capabilities.includes("thinking") ? "bool" : "none",
  };
}

function contextFlags(stated: number | null, info: unknown, fitting: number): Partial<ModelFlags> {
  if (stated !== null) return { contextWindow: stated };
  const entries = Object.entries(asObject(info) ?? {});
  const limit = tokens(entries.find(([key]) => key.endsWith(".context_length"))?.[1]);
  return limit === null ? {} : { contextWindow: Math.min(limit, fitting) };
}

function tokens(value: unknown): number | null {
  return typeof value === "number" && Number.isInteger(value) && value > 0 ? value : null;
}

/** Unix seconds or RFC 3339. */
function readDate(value: unknown): string | null {
  if (typeof value !== "number" && typeof value !== "string") return null;
  const date = new Date(typeof value === "number" ? value * 1000 : value);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

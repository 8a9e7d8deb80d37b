import type { EngineMode } from "../../scripted/script.ts";
import { sameModel } from "../../upstream/ollama/model-name.ts";
import { asArray, asCount, asObject, asText, type JsonObject } from "../../upstream/read.ts";

/**
 * How an Ollama will run the model, by what `/api/show` prints: a Modelfile that names a RENDERER or
 * PARSER has them do it; else the template is the file's own jinja, or Go's.
 */
export function modeOf(show: unknown): EngineMode | null {
  const { modelfile, template } = asObject(show) ?? {};
  if (typeof modelfile === "string" && /^(?:RENDERER|PARSER)\s/mu.test(modelfile)) return "parser";
  if (typeof template !== "string" || template === "") return null;
  return template.includes("{%") ? "jinja" : "go";
}

/** Tokens the model was made for. */
export function contextLimit(show: unknown): number | null {
  const info = asObject(asObject(show)?.["model_info"]) ?? {};
  const key = Object.keys(info).find((name) => name.endsWith(".context_length"));
  return asCount(info[key ?? ""]) ?? null;
}

/** Of `/api/ps`: the part of the loaded model that is on a GPU. */
export function onGpu(ps: unknown, model: string): number | null {
  const entry = entryOf(ps, model);
  const [size, there] = [asCount(entry?.["size"]), asCount(entry?.["size_vram"])];
  return size === undefined || size === 0 || there === undefined ? null : there / size;
}

/** What a Modelfile sets, by name; a name that stands several times has its values joined. */
export function parametersOf(show: unknown): Record<string, string> {
  const text = asText(asObject(show)?.["parameters"]) ?? "";
  const found: Record<string, string> = {};
  for (const line of text.split("\n")) {
    const [, name, value] = /^(\S+)\s+(.*)$/u.exec(line) ?? [];
    if (name !== undefined && value !== undefined)
      found[name] = name in found ? `${found[name]} ${value}` : value;
  }
  return found;
}

export function detailOf(show: unknown, name: "quantization_level" | "parameter_size"): string | null {
  const value = asText(asObject(asObject(show)?.["details"])?.[name]);
  return value === undefined || value === "unknown" ? null : value;
}

/** Names are listed with their tag. */
function entryOf(list: unknown, model: string): JsonObject | undefined {
  return asArray(asObject(list)?.["models"])
    .map(asObject)
    .find((entry) => sameModel(asText(entry?.["name"]) ?? "", model));
}

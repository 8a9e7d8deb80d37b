import { asArray, asCount, asObject, asText, type JsonObject } from "../read.ts";

/** What Ollama itself loads a model with when nobody asks for more; less is never asked for. */
const LEAST_CONTEXT = 4_096;

/** Of the machine's memory; the rest is left to everything else that runs on it. */
const SHARE = 0.75;

/** The key-value cache holds two bytes for each number (Ollama's default, f16). */
const BYTES_PER_VALUE = 2;

const STEP = 1_024;

/**
 * The largest context, in tokens, whose key-value cache fits into the machine's memory beside the
 * weights. Undefined when `/api/show` does not say enough of the model.
 * Source: https://github.com/ollama/ollama/blob/main/docs/faq.mdx (context and memory); the size of a
 * cache is layers × heads × (key + value length) × bytes, for each token.
 * @param memory of the machine, in bytes
 */
export function contextInMemory(show: unknown, memory: number): number | undefined {
  const info = asObject(asObject(show)?.["model_info"]) ?? {};
  const perToken = cacheBytes(info);
  const weights = weightBytes(info, asObject(asObject(show)?.["details"]));
  if (perToken === undefined || weights === undefined) return undefined;
  const fitting = Math.floor((memory * SHARE - weights) / perToken / STEP) * STEP;
  return Math.max(LEAST_CONTEXT, fitting);
}

/** Of one token, in all layers. */
function cacheBytes(info: JsonObject): number | undefined {
  const layers = numberAt(info, ".block_count");
  const heads = numberAt(info, ".attention.head_count");
  const width = numberAt(info, ".embedding_length");
  const key =
    numberAt(info, ".attention.key_length") ??
    (heads === undefined || width === undefined ? undefined : width / heads);
  const value = numberAt(info, ".attention.value_length") ?? key;
  const cached =
    cachedHeads(info, layers) ?? (layers === undefined || heads === undefined ? undefined : layers * heads);
  if (key === undefined || value === undefined || cached === undefined) return undefined;
  return cached * (key + value) * BYTES_PER_VALUE || undefined;
}

/** Heads that are cached, over all layers: one number for every layer, or one for each of them. */
function cachedHeads(info: JsonObject, layers: number | undefined): number | undefined {
  const heads = valueAt(info, ".attention.head_count_kv");
  if (Array.isArray(heads)) return asArray(heads).reduce<number>((sum, one) => sum + (asCount(one) ?? 0), 0);
  const each = asCount(heads);
  return each === undefined || layers === undefined ? undefined : each * layers;
}

function weightBytes(info: JsonObject, details: JsonObject | undefined): number | undefined {
  const count = asCount(info["general.parameter_count"]);
  return count === undefined ? undefined : (count * bitsOf(asText(details?.["quantization_level"]))) / 8;
}

/** Bits of one weight: `Q4_K_M` has a little more than four; what is not known is taken for the largest. */
function bitsOf(level = ""): number {
  const bits = /^(?:I?Q|MXFP)(\d)/i.exec(level)?.[1];
  if (bits !== undefined) return Number(bits) + 1;
  return /^B?F16$/i.test(level) ? 16 : 32;
}

function numberAt(info: JsonObject, ending: string): number | undefined {
  return asCount(valueAt(info, ending));
}

/** Keys begin with the architecture's name. */
function valueAt(info: JsonObject, ending: string): unknown {
  return info[Object.keys(info).find((key) => key.endsWith(ending)) ?? ""];
}

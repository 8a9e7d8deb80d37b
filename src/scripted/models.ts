import { createHash } from "node:crypto";
import type { ScriptedModelInfo } from "./options.ts";

/** Bytes count as tokens here, and a full request of the real client is 50,000 to 75,000 of them. */
const CONTEXT = 262_144;

export const DEFAULT_MODELS: readonly ScriptedModelInfo[] = [
  {
    name: "scripted",
    capabilities: ["completion", "tools", "thinking", "vision"],
    numCtx: CONTEXT,
    numCtxStated: true,
  },
  { name: "scripted-plain", capabilities: ["completion"], numCtx: CONTEXT, numCtxStated: true },
];

export const EMBEDDING = 896;

/** `name:tag`; the tag is `latest` when none is given. */
export function fullName(name: string): string {
  return name.includes(":") ? name : `${name}:latest`;
}

/** Tokens that the model takes when the request asks for `numCtx`. Below 256 acts as 256 (observed with 64). */
export function contextOf(model: ScriptedModelInfo, numCtx: number | undefined): number {
  const limit = model.contextLength ?? CONTEXT;
  return Math.min(Math.max(numCtx ?? model.numCtx ?? limit, 256), limit);
}

export function contextLimit(model: ScriptedModelInfo): number {
  return model.contextLength ?? CONTEXT;
}

export function modifiedAt(model: ScriptedModelInfo): string {
  return model.modifiedAt ?? "2026-01-01T00:00:00.000000001Z";
}

/** A digest that depends on the model's description alone. */
export function digestOf(model: ScriptedModelInfo): string {
  return createHash("sha256").update(JSON.stringify(model)).digest("hex");
}

/** The `details` object of the model lists. */
export function detailsOf(): Record<string, unknown> {
  return {
    parent_model: "",
    format: "gguf",
    family: "llama",
    families: ["llama"],
    parameter_size: "2.51M",
    quantization_level: "unknown",
  };
}

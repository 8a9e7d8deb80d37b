import { ollamaBaseUrl } from "../../backends/base-url.ts";
import { presetNamed, PRESETS, type Preset } from "../../upstream/presets.ts";
import { CliError, usageError } from "../exit.ts";
import { didYouMean } from "../hint.ts";
import type { BridgeArguments } from "./arguments.ts";

const NAMES = Object.keys(PRESETS);

/** Where the model is and what opens it. */
export interface Upstream {
  /** The language it speaks. */
  provider: Preset["protocol"];
  baseUrl: string;
  apiKey?: string;
}

function knownPreset(name: string): Preset {
  const preset = presetNamed(name);
  if (preset !== null) return preset;
  throw usageError(
    `unknown provider "${name}"${didYouMean(name, [...NAMES, "serve"])} (known: ${NAMES.join(", ")})`,
  );
}

/** `OLLAMA_HOST` moves Ollama, as it does for Ollama's own tools. */
function baseUrlOf(preset: Preset, env: NodeJS.ProcessEnv): string {
  return preset.protocol === "ollama" ? ollamaBaseUrl(env) : preset.baseUrl;
}

/** The key that the provider's own tools read. */
function keyIn(preset: Preset, env: NodeJS.ProcessEnv): string {
  return preset.keys.map((name) => env[name]).find((key) => key) ?? "";
}

/** @throws CliError */
export function upstreamOf(name: string, args: BridgeArguments, env: NodeJS.ProcessEnv): Upstream {
  const preset = knownPreset(name);
  const provider = preset.protocol;
  const baseUrl = args.baseUrl ?? baseUrlOf(preset, env);
  if (URL.parse(baseUrl) === null) throw usageError(`--base-url: "${baseUrl}" is not a URL`);
  const apiKey = args.apiKey ?? keyIn(preset, env);
  if (preset.keyRequired && args.baseUrl === undefined && apiKey === "") {
    const names = preset.keys.join(" or ");
    throw new CliError("api-key-missing", 3, `${baseUrl} needs a key: set ${names} or give --api-key`);
  }
  return apiKey === "" ? { provider, baseUrl } : { provider, baseUrl, apiKey };
}

/** One line per provider, for people: where it is, and where its key is read from. */
export function providerLines(env: NodeJS.ProcessEnv): string[] {
  return Object.entries(PRESETS).map(([name, preset]) => {
    const key = `${preset.keys.join(" or ")}${keyIn(preset, env) === "" ? "" : " (set)"}`;
    return `  ${name.padEnd(11)}${baseUrlOf(preset, env).padEnd(58)}${key}`;
  });
}
